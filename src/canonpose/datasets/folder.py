"""Own footage with a 3D reference: a capture to train on, one to test on, and what is true of both.

A folder with

- ``train/`` and ``test/``: captures, as `canonpose.readers.read_capture` reads them, each with a
  ``capture.toml`` of its own if need be;
- ``reference/<take>.npz``: the 3D of a take in world coordinates, as
  `canonpose.readers.reference.read_reference` reads it; training takes may lack one;
- ``cameras.json``, or another file that `canonpose.readers.calibration.read_calibration` reads
  (``calibration.json``, or the folder's only ``.qca.txt``): the cameras, which stood still.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from canonpose.datamodel import Capture, Take
from canonpose.datasets.camera_order import spread_order
from canonpose.datasets.dataset import Dataset
from canonpose.datasets.plausible import notes_on_odd_views
from canonpose.datasets.truth import check_length, labelled
from canonpose.datasets.units import calibration_that_fits, find_camera
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from canonpose.readers import read_capture
from canonpose.readers.reference import Reference, read_reference
from canonpose.readers.takes import check_same_skeleton

CALIBRATIONS = ("cameras.json", "calibration.json")
FACE = ("left_eye", "right_eye", "left_ear", "right_ear")
"""Not scored: the paper's joints have none of these."""


def read(
    folder: Path,
    *,
    cameras: Sequence[str] | None = None,
    one_rig: bool = False,
    name: str = "folder",
) -> Dataset:
    """Read captures with a reference.

    Parameters
    ----------
    folder : path
        The folder that holds ``train``, ``test``, ``reference`` and the calibration.
    cameras : sequence of str, optional
        The cameras to use, in the order in which the first k are to be taken; all that are
        calibrated unless given.
    one_rig : bool
        Whether the cameras stood still over all takes, not only during each.
    name : str
        What to call the data set.

    Raises
    ------
    InputError
        If something is missing or the parts do not fit each other.
    """
    train, test = (_capture(folder, part, cameras) for part in ("train", "test"))
    check_same_skeleton((train.sources[0], train.skeleton), (test.sources[0], test.skeleton))
    references = _references(folder, train, test)
    path = _calibration_file(folder)
    calibration, units = calibration_that_fits(path, (*train.takes, *test.takes), references)
    notes = [*train.notes, *test.notes, f"{path}: its translations are in {units}"]
    known = []
    for capture in (train, test):
        takes, left_out = _calibrated(capture, calibration, path)
        if one_rig:
            takes = [replace(take, rig=name) for take in takes]
        known.append([labelled(take, references.get(take.name), calibration) for take in takes])
        notes += left_out
    notes += notes_on_odd_views(known[0] + known[1], max(c.size[0] for c in calibration.values()))
    used = {name: find_camera(calibration, name) for name in train.cameras}
    calibrated = {name: camera for name, camera in used.items() if camera is not None}
    return Dataset(
        name=name,
        training=tuple(known[0]),
        test=tuple(known[1]),
        cameras=tuple(calibrated) if cameras else spread_order(calibrated),
        skeleton=train.skeleton,
        static_cameras=train.static_cameras is not False,
        scored_joints=_scored(references, test),
        notes=tuple(notes),
    )


def _capture(folder: Path, part: str, cameras: Sequence[str] | None) -> Capture:
    if not (folder / part).is_dir():
        raise InputError(
            f"{folder}: has no folder {part!r}; put the takes to {part} on there, or check the "
            f"path."
        )
    return read_capture(folder / part, cameras=cameras)


def _references(folder: Path, train: Capture, test: Capture) -> dict[str, Reference]:
    """Take to its reference, which only a training take may lack."""
    references = {}
    for take in (*train.takes, *test.takes):
        path = folder / "reference" / f"{take.name}.npz"
        if path.exists():
            references[take.name] = read_reference(path)
            check_length(references[take.name], len(take), take.name)
        elif take in test.takes:
            raise InputError(
                f"{path}: is missing, so take {take.name!r} cannot be scored; write its 3D there, "
                f"or move the take out of test."
            )
    return references


def _calibration_file(folder: Path) -> Path:
    for name in CALIBRATIONS:
        if (folder / name).exists():
            return folder / name
    found = sorted(folder.glob("*.qca.txt"))
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} calibrations" if found else "no calibration"
    raise InputError(
        f"{folder}: holds {problem}; put one there ({', '.join(CALIBRATIONS)} or a .qca.txt), "
        f"which brings the reference into the cameras' frames."
    )


def _calibrated(
    capture: Capture, calibration: Mapping[str, Camera], path: Path
) -> tuple[list[Take], list[str]]:
    """The takes less the cameras that are not calibrated, and notes on these."""
    missing = [c for c in capture.cameras if find_camera(calibration, c) is None]
    takes = [
        replace(take, views={c: view for c, view in take.views.items() if c not in missing})
        for take in capture.takes
    ]
    if emptied := [take.name for take in takes if not take.views]:
        raise InputError(
            f"{path}: has none of the cameras of take {emptied[0]!r}, only "
            f"{', '.join(calibration)}; name cameras alike in both."
        )
    where = capture.sources[0]
    return takes, [f"{where}: camera {c!r} is not in {path}, so it is left out" for c in missing]


def _scored(references: Mapping[str, Reference], test: Capture) -> tuple[str, ...]:
    """The joints that all test references and the detections have, less the face."""
    first, *others = (references[take.name].joints for take in test.takes)
    scored = [joint for joint in first if joint in test.skeleton and joint not in FACE]
    return tuple(joint for joint in scored if all(joint in other for other in others))
