"""Virtual captures as folders that the readers read, with the truth beside them."""

from collections.abc import Sequence
from pathlib import Path

from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_json
from canonpose.exporters.captures import SKELETON_FILE, write_keypoints, write_skeleton
from canonpose.files import write_whole
from canonpose.folders import new_folder
from canonpose.geometry.cameras import Camera
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.readers.reference import write_reference
from canonpose.toml_text import toml_text
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
    with new_folder(folder) as temporary:
        _write(takes, temporary)


def _write(takes: Sequence[VirtualTake], folder: Path) -> None:
    for virtual in takes:
        labelled = virtual.labelled
        for camera, view in labelled.take.views.items():
            write_keypoints(view, folder / virtual.name / f"{camera}.npz")
            truth = folder / TRUTH / virtual.name / f"{camera}.npz"
            write_reference(labelled.truth_3d[camera], truth)
    skeleton = next(iter(takes[0].labelled.take.views.values())).skeleton
    write_skeleton(skeleton, folder / SKELETON_FILE)
    still = [camera for camera in takes[0].cameras if isinstance(camera, Camera)]
    if still:
        write_json(still, folder / CAMERAS, matrices=True)  # what is exact stays so
    subjects = {take.name: take.labelled.take.subject for take in takes}
    entries = {"static_cameras": bool(still), "layout": SKELETON_FILE}
    text = toml_text(entries, {"subjects": subjects} if any(subjects.values()) else {})
    write_whole(folder / FILE_NAME, text)
