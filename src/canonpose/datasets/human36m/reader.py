"""Human3.6M (Ionescu et al., PAMI 2014) under the paper's protocol (section 4)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.datasets.human36m.authors import read_authors
from canonpose.datasets.human36m.contents import contents_of
from canonpose.datasets.human36m.notes import notes_on, notes_on_takes
from canonpose.datasets.human36m.protocol import CAMERAS, EVERY, MORPHING, TEST, TRAINING
from canonpose.datasets.human36m.sources import read_sources
from canonpose.datasets.human36m.takes import labelled_take
from canonpose.errors import InputError

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
    sources = read_sources(contents, subjects)
    recordings, left_out = sources.recordings()
    takes = {
        subject: tuple(
            labelled_take(sources.take_out(one), every if subject in TEST else 1)
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
