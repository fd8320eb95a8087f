"""3D of the footage itself, from all its uncalibrated views."""

from collections.abc import Callable
from dataclasses import asdict, replace

from canonpose.datamodel import Capture, Take
from canonpose.files import short_list
from canonpose.lifter import TrainedLifter
from canonpose.lifter.subject_height import check_height
from canonpose.solving.config import SolveConfig
from canonpose.solving.footage import RigFootage
from canonpose.solving.moving.rig import solve_moving
from canonpose.solving.rig import solve_rig
from canonpose.solving.rig_views import cameras_of_guessed_size
from canonpose.solving.solved import SIZES_UNKNOWN, Solved, SolvedTake

NOTES = (
    "up is an estimate: the mean direction of the subjects' bodies, else that of the pictures.",
    "the principal point of every camera is taken to be the middle of its image.",
)
MOVING_NOTE = (
    "the cameras may have moved (--static-cameras says that they stood still, and then more is "
    "found): poses are about their roots, in a frame in which the cameras turn least; slow turns "
    "that all of them share go unnoticed."
)


def solve(
    capture: Capture,
    lifter: TrainedLifter,
    config: SolveConfig | None = None,
    *,
    subject_height: float | None = None,
    device: str = "auto",
    say: Callable[[str], None] = lambda sentence: None,
) -> Solved:
    """Solve the cameras of every rig and triangulate all its takes; nothing is calibrated.

    Parameters
    ----------
    capture : Capture
        Takes of one rig share its cameras where they stand still; where that is not said, cameras
        may move, and every take is solved by itself.
    lifter : TrainedLifter
        Trained on this footage or like footage.
    config : SolveConfig, optional
    subject_height : float, optional
        Standing height in metres; makes the result metric.
    device : str
        "auto", "cpu", "cuda", ...; for the lifter.
    say : callable, optional
        Told what is done, in a few words each.

    Raises
    ------
    InputError
        If the cameras see too little or only from one side, or the height is no length.
    """
    config = config or SolveConfig()
    check_height(subject_height)
    takes: dict[str, SolvedTake] = {}
    rigs, units = [], ""
    still = bool(capture.static_cameras)
    for name, together in _groups(capture).items():
        say(f"{'rig' if still else 'take'} {name}: lifting every view")
        footage = RigFootage.of(name, together, capture, lifter, device)
        one = solve_rig if still else solve_moving
        solution = one(footage, config, subject_height, say)
        rigs.append(solution.rig)
        units = solution.units
        takes |= {take.name: take for take in solution.takes}
    ordered = tuple(takes[take.name] for take in capture.takes)
    return Solved(ordered, tuple(rigs), capture.skeleton, units, _notes(capture), asdict(config))


def _groups(capture: Capture) -> dict[str, list[Take]]:
    """Takes that are solved together."""
    groups: dict[str, list[Take]] = {}
    for take in capture.takes:
        groups.setdefault(take.rig if capture.static_cameras else take.name, []).append(take)
    return groups


def _notes(capture: Capture) -> tuple[str, ...]:
    """What was assumed."""
    notes = NOTES if capture.static_cameras else (*NOTES, MOVING_NOTE)
    groups = _groups(capture).values()
    guessed = {camera for takes in groups for camera in cameras_of_guessed_size(takes)}
    if not guessed:
        return notes
    names = short_list([camera for camera in capture.cameras if camera in guessed])
    return (
        *notes,
        f"{names}: {SIZES_UNKNOWN}, so its middle is "
        f"taken to be that of the detections; cameras come out more exactly where "
        f"image_size is known.",
    )


def one_rig(capture: Capture) -> Capture:
    """The same capture, whose cameras stayed where they were between its takes."""
    takes = tuple(replace(take, rig="rig") for take in capture.takes)
    return replace(capture, takes=takes)
