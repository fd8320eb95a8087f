"""Human3.6M (Ionescu et al., PAMI 2014) under the paper's protocol (section 4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.datasets.human36m.authors import read_authors
from canonpose.datasets.human36m.cameras import read_cameras
from canonpose.datasets.human36m.contents import (
    CAMERA_FILES,
    Contents,
    contents_of,
    one_deeper,
)
from canonpose.datasets.human36m.notes import notes_on, notes_on_takes
from canonpose.datasets.human36m.pixels import Pixels, read_pixels, release_pixels
from canonpose.datasets.human36m.protocol import (
    CAMERAS,
    EVERY,
    MORPHING,
    TEST,
    TRAINING,
    Recording,
    skeleton,
)
from canonpose.datasets.human36m.takes import Sources, labelled_take
from canonpose.datasets.human36m.world import read_world
from canonpose.errors import InputError
from canonpose.files import short_list

NAME = "human36m"

Takes = tuple[LabelledTake, ...]


def read(folder: Path, *, every: int = EVERY, detector: str | None = None) -> Dataset:
    """Read Human3.6M: S5 to S8 to train on, every 64th frame of S9 and S11 to test on.

    S1 is kept for skeleton morphing. Every subject has a rig of its own, of four static cameras.
    All 2D and 3D has the 16 joints of layout canonpose16, and all of them are scored. The folder
    may hold, in any combination:

    - ``detections.pickle`` of the paper's authors: what is trained on, if it is there;
    - ``data_3d_h36m.npz`` and ``data_2d_h36m_<detector>.npz`` of VideoPose3D; ``gt`` is exact;
    - the release, ``S1/MyPoseFeatures/D3_Positions/<action>.cdf`` and so on, and the exact 2D
      beside it, ``D2_Positions/<action>.<camera>.cdf``;
    - the older archive, ``S1/MyPoses/3D_positions/<action>.h5``, also in a folder ``h36m``;
    - ``cameras.h5`` of 3d-pose-baseline, needed wherever there is 3D.

    Parameters
    ----------
    folder : path
        Where these are.
    every : int
        Test only on every so many frames.
    detector : str, optional
        Whose ``data_2d_h36m_<detector>.npz`` to use where there are several.

    Raises
    ------
    InputError
        If a file or a subject is missing, or a file cannot be used; the message says which.
    """
    if every < 1:
        raise InputError(f"every must be 1 or more, not {every}.")
    contents = contents_of(Path(folder), detector)
    authors = read_authors(contents.authors) if contents.authors else ()
    training = () if authors else TRAINING
    subjects = (*MORPHING, *training, *TEST) if contents.has_3d else training
    sources = _sources(contents, subjects)
    recordings, left_out = _recordings(sources, subjects, contents.folder)
    takes = {
        subject: tuple(
            labelled_take(one, sources, every if subject in TEST else 1)
            for one in recordings[subject]
        )
        for subject in subjects
    }
    return Dataset(
        name=NAME,
        training=authors or _of(takes, TRAINING),
        test=_of(takes, TEST),
        cameras=tuple(CAMERAS),
        skeleton=sources.skeleton,
        static_cameras=True,
        scored_joints=sources.skeleton.joints,
        morphing=_of(takes, MORPHING),
        notes=(*notes_on(contents, sources, every), *left_out, *notes_on_takes(takes)),
    )


def _of(takes: Mapping[str, Takes], subjects: Sequence[str]) -> Takes:
    return tuple(take for subject in subjects for take in takes.get(subject, ()))


def _sources(contents: Contents, subjects: Sequence[str]) -> Sources:
    detections = None
    if contents.detections and subjects:
        detections = read_pixels(contents.detections, subjects)
    known = detections.skeleton if detections else skeleton()
    if contents.authors and known != skeleton():
        raise InputError(
            f"{contents.detections}: has no nose, which {contents.authors.name} has, so one cannot "
            f"be tested on after training on the other; use a detector with a nose, or move one "
            f"of them away."
        )
    sources = Sources(known, detections=detections, exact=_exact(contents, subjects))
    if not contents.has_3d:
        return sources
    if contents.cameras is None:
        raise InputError(
            f"{contents.folder}: has 3D but no cameras.h5, without which it is not known how the "
            f"cameras see it; put that of 3d-pose-baseline there{_found_deeper(contents.folder)}."
        )
    rigs = read_cameras(contents.cameras, subjects)
    world, world_source = read_world(contents, subjects)
    return replace(sources, world=world, world_source=world_source, rigs=rigs)


def _exact(contents: Contents, subjects: Sequence[str]) -> Callable[[], Pixels | None]:
    if contents.exact:
        return cache(partial(read_pixels, contents.exact, subjects))
    if contents.release:
        return cache(partial(release_pixels, contents.release, subjects))
    return lambda: None


def _found_deeper(folder: Path) -> str:
    deeper = [path for path in one_deeper(folder) if path.name in CAMERA_FILES]
    return f" (there is one in {deeper[0].parent.name!r})" if deeper else ""


def _recordings(
    sources: Sources, subjects: Sequence[str], folder: Path
) -> tuple[dict[str, list[Recording]], list[str]]:
    """What can be used, by subject, and a note on what cannot."""
    pixels = sources.detections or (None if sources.world else sources.exact())
    kinds: dict[str, set[Recording]] = {}
    if sources.world_source:
        kinds[sources.world_source] = set(sources.world)
    if pixels:
        kinds[pixels.source] = set(pixels.views)
    for source, found in kinds.items():
        for subject in subjects:
            if subject not in MORPHING and subject not in {one.subject for one in found}:
                raise InputError(f"{source}: subject {subject} is missing; put it there.")
    usable = set.intersection(*kinds.values()) if kinds else set()
    notes = [
        f"{short_list(sorted(one.name for one in found - usable))}: left out, for only {source} "
        f"has it"
        for source, found in kinds.items()
        if found - usable
    ]
    return {s: sorted(one for one in usable if one.subject == s) for s in subjects}, notes
