"""Keypoints from plain arrays, for those who have them in Python already."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.people.detections import Detections
from canonpose.people.one_person import to_keypoints
from canonpose.readers.checks import cleaned, fps_or_none, image_size_or_none, stacked
from canonpose.readers.layouts import Layout, by_count, by_names, resolve


def from_arrays(
    positions: ArrayLike,
    scores: ArrayLike | None = None,
    *,
    joint_names: Sequence[str] | None = None,
    layout: Layout | None = None,
    fps: float | None = None,
    image_size: tuple[int, int] | None = None,
    camera: str = "",
) -> Keypoints:
    """One person's keypoints from arrays.

    Parameters
    ----------
    positions : array [frame, joint, 2]
        Pixels, x right, y down; NaN where nothing was detected.
    scores : array [frame, joint], optional
        Confidence 0..1 (clipped); 1 wherever there is a position unless given.
    joint_names : sequence of str, optional
        The joints in the order of the arrays. Either these or ``layout`` must be given.
    layout : Skeleton, layout name or TOML path, optional
        The skeleton of the joints; needed where no built-in layout has these names.
    fps : float, optional
        Frames per second.
    image_size : (width, height), optional
        Pixels.
    camera : str
        The camera's name.

    Raises
    ------
    InputError
        If the arrays do not fit each other or the joints, or hold infinite or no values.

    """
    where = f"camera {camera!r}" if camera else "the given arrays"
    people = stacked(positions, scores, where)
    chosen = resolve(layout)
    if joint_names is None:
        if chosen is None:
            raise InputError(f"{where}: pass joint_names or layout, to say which joint is which.")
        skeleton, order = by_count(people.shape[2], chosen, {}, where), np.arange(people.shape[2])
    elif len(joint_names) != people.shape[2]:
        raise InputError(
            f"{where}: {len(joint_names)} joint_names for {people.shape[2]} joints; "
            f"name every joint once."
        )
    else:
        skeleton, order = by_names(joint_names, chosen, where)
    seen = Detections(
        cleaned(people[:, :, order], where),
        skeleton,
        source="",
        fps=fps_or_none(fps, where),
        image_size=image_size_or_none(image_size, where),
    )
    return to_keypoints(seen, np.zeros(len(seen), dtype=np.int64), camera=camera)
