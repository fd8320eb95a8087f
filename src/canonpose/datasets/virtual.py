"""A virtual data set: motion capture through virtual cameras, with detections that err."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from re import fullmatch
from typing import TypeVar

from canonpose.datasets.camera_order import spread_order
from canonpose.datasets.dataset import Dataset
from canonpose.errors import InputError
from canonpose.readers.files import list_folder, natural_key
from canonpose.virtual.cameras import at_frame
from canonpose.virtual.capture import Filming, VirtualTake, film
from canonpose.virtual.files import ENDINGS
from canonpose.virtual.motion import read_motion
from canonpose.virtual.movement import Movement
from canonpose.virtual.noise import NoiseConfig
from canonpose.virtual.rigs import Optics, RingRig
from canonpose.virtual.thinning import every_nth

OTHERS = "others"
HELD_BACK_EVERY = 5
TURN = 7.0
"""Degrees by which the ring of each subject is turned against that of the one before."""
HUMAN36M_OPTICS = Optics(width=1000, height=1000, focal=1.145)
HUMAN36M_RADIUS = 5.0
HUMAN36M_ANGLES = (22.0, 159.0, -18.0, -156.0)
"""Degrees, of Human3.6M's cameras around the middle of their room, averaged over its subjects."""
PTZ_RADIUS = 8.0
"""Metres."""

Clips = dict[str, list[Path]]
"""Subject to motion files."""
Clip = TypeVar("Clip")


def read(
    folder: Path,
    *,
    cameras: int = 4,
    motion: Movement = "static",
    seed: int = 0,
    every: int = 2,
    test_every: int = 8,
    noise: NoiseConfig | None = None,
) -> Dataset:
    """Film a folder of motion files.

    Files named ``subject<number>_<take>`` are that subject's; all others together are one more,
    "others". With numbered subjects in natural order, the last one's clips are for testing and,
    where there are three or more, those of the last but one for skeleton morphing. All others are
    for training, except every fifth clip of a subject, which is for testing as well.

    Every subject has a rig of its own. Still and hand-held cameras are like those of Human3.6M:
    1000x1000 px, f = 1145 px, four at its angles (other numbers spread evenly), 1.5 m high and 5 m
    away, or farther where the subject would leave the picture; each subject's ring is turned by 7
    degrees. The cameras of "ptz" (Ski-PosePTZ has six) are 1920x1080 px and follow the subject by
    pan, tilt and zoom.

    Parameters
    ----------
    folder : path
        Of npz, BVH and C3D files; other files are passed over.
    cameras : int
        On the ring.
    motion : {"static", "ptz", "handheld"}
        How the cameras move.
    seed : int
        Of the cameras' movement and the noise.
    every, test_every : int
        One of so many frames is used for training and morphing, and for testing.
    noise : NoiseConfig, optional
        How the detector errs; as real ones do by default.

    Raises
    ------
    InputError
        If the folder lacks clips to train or to test with, or a file cannot be used.
    """
    subjects = subjects_of(folder)
    takes: dict[str, list[VirtualTake]] = {}
    cut: list[str] = []
    for place, (subject, files) in enumerate(subjects.items()):
        clips = [read_motion(file) for file in files]
        cut += [note for clip in clips for note in clip.notes]
        filming = _filming(cameras, motion, place, seed, noise or NoiseConfig())
        takes[subject] = list(film(clips, filming, subject=subject))
    training, test, morphing = parted(takes)
    if not training or not test:
        raise InputError(
            f"{folder}: has too few clips to part into training and test; give two numbered "
            f"subjects, or {HELD_BACK_EVERY} clips."
        )
    first = training[0]
    skeleton = next(iter(first.labelled.take.views.values())).skeleton
    return Dataset(
        name="virtual",
        training=tuple(every_nth(take.labelled, every) for take in training),
        test=tuple(every_nth(take.labelled, test_every) for take in test),
        cameras=spread_order({camera.name: at_frame(camera, 0) for camera in first.cameras}),
        skeleton=skeleton,
        static_cameras=motion == "static",
        scored_joints=skeleton.joints,
        morphing=tuple(every_nth(take.labelled, every) for take in morphing),
        notes=_summary(folder, cut, sum(map(len, subjects.values()))),
    )


def subjects_of(folder: Path) -> Clips:
    """Every motion file, by subject; numbered subjects first, all in natural order.

    Raises
    ------
    InputError
        If there is none.
    """
    subjects: Clips = {}
    for path in list_folder(folder):
        if path.suffix.lower() in ENDINGS:
            numbered = fullmatch(r"(subject\d+)_.*", path.stem)
            subjects.setdefault(numbered[1] if numbered else OTHERS, []).append(path)
    if not subjects:
        raise InputError(
            f"{folder}: holds no motion ({', '.join(ENDINGS)}); give a folder of such files."
        )
    return dict(
        sorted(subjects.items(), key=lambda item: (item[0] == OTHERS, natural_key(item[0])))
    )


def parted(takes: Mapping[str, list[Clip]]) -> tuple[list[Clip], list[Clip], list[Clip]]:
    """The clips for training, test and morphing, of the clips of each subject; see `read`."""
    numbered = [subject for subject in takes if subject != OTHERS]
    tested = numbered[-1] if len(takes) > 1 and numbered else None
    morphed = numbered[-2] if len(numbered) > 2 else None
    training: list[Clip] = []
    test: list[Clip] = []
    morphing: list[Clip] = []
    for subject, clips in takes.items():
        if subject == tested:
            test += clips
        elif subject == morphed:
            morphing += clips
        else:
            for number, clip in enumerate(clips, 1):
                (test if number % HELD_BACK_EVERY == 0 else training).append(clip)
    return training, test, morphing


def _filming(cameras: int, motion: Movement, place: int, seed: int, noise: NoiseConfig) -> Filming:
    """How the subject at some place in the row is filmed."""
    start = TURN * place
    if motion == "ptz":
        rig = RingRig(cameras, start=start, radius=PTZ_RADIUS)
    else:
        rig = RingRig(
            cameras,
            angles=HUMAN36M_ANGLES if cameras == len(HUMAN36M_ANGLES) else None,
            start=start,
            radius=HUMAN36M_RADIUS,
            optics=HUMAN36M_OPTICS,
        )
    return Filming(rig, motion, noise=noise, seed=seed)


def _summary(folder: Path, cut: Sequence[str], clips: int) -> tuple[str, ...]:
    """What was cut off the clips, in one sentence."""
    if not cut:
        return ()
    return (
        f"{folder}: of {len(cut)} of its {clips} clips only a part is used, as the body jumps in "
        f"them; so in {cut[0]}",
    )
