"""Virtual captures as folders that the readers read, with the truth beside them."""

from collections.abc import Sequence
from pathlib import Path

from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_json
from canonpose.exporters.captures import write_takes
from canonpose.folders import new_folder
from canonpose.geometry.cameras import Camera
from canonpose.readers.reference import write_reference
from canonpose.virtual.capture import VirtualTake

TRUTH = "truth"
CAMERAS = "cameras.json"


def write_capture(takes: Sequence[VirtualTake], folder: str | Path) -> None:
    """Write a virtual capture, whole or not at all.

    ``<take>/<camera>.npz`` are the detections, ``truth/<take>/<camera>.npz`` the exact 3D in that
    camera's frame (metres), ``capture.toml`` and ``skeleton.toml`` what the files cannot tell, and
    ``cameras.json`` the calibration where the cameras stood still.

    Parameters
    ----------
    takes : sequence of VirtualTake
        Of one subject and one set of cameras, as `film` gives them.
    folder : path
        New or empty.

    Raises
    ------
    InputError
        If the folder holds something, a take cannot be named in it, or it cannot be written.
    """
    folder = Path(folder)
    if taken := [take.name for take in takes if take.name.casefold() == TRUTH]:
        raise InputError(f"a motion named {taken[0]!r} would hide the truth; rename its file.")
    still = [camera for camera in takes[0].cameras if isinstance(camera, Camera)]
    capture = Capture(
        takes=tuple(take.labelled.take for take in takes),
        cameras=tuple(takes[0].labelled.take.views),
        skeleton=next(iter(takes[0].labelled.take.views.values())).skeleton,
        static_cameras=bool(still),
    )
    with new_folder(folder) as temporary:
        write_takes(capture, temporary, layout=True)
        _write_truth(takes, temporary / TRUTH)
        if still:
            write_json(still, temporary / CAMERAS, matrices=True)  # what is exact stays so


def _write_truth(takes: Sequence[VirtualTake], folder: Path) -> None:
    for take in takes:
        for camera, truth in take.labelled.truth_3d.items():
            write_reference(truth, folder / take.name / f"{camera}.npz")
