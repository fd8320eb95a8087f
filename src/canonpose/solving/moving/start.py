"""Perspective cameras that move, out of weak-perspective ones."""

import numpy as np
from jaxtyping import Float

from canonpose.solving.sequence.perspective_views import PerspectiveViews
from canonpose.solving.sequence.views import Joints, Steadiness
from canonpose.solving.sequence.weak_views import WeakViews

FIRST_FOCAL = 1.2
"""Share of the image's longer side: 45 degrees, on average over the take."""
TURNS = 30


def perspective_views(
    weak: WeakViews,
    joints: Joints,
    sizes: Float[np.ndarray, "view 2"],
    steadiness: Steadiness,
) -> tuple[PerspectiveViews, Joints]:
    """Cameras that stay where they are, and zoom so that the subject is as large as it was seen.

    At the first focal length a view of scale s has the subject at depth ``focal / s``, on the ray
    of its offset. The places of cameras and subject are those that agree best with that, in the
    median over moments; from each distance and scale then follows the focal length.

    Parameters
    ----------
    weak : WeakViews
    joints : array [moment, joint, 3]
        About their own middle.
    sizes : array [view, 2]
        Width and height of the images, in pixels.
    steadiness : Steadiness
        Expected of the perspective views.
    """
    middles, focals = sizes / 2, FIRST_FOCAL * sizes.max(1)[:, None]
    depths = focals / weak.scales
    rays = (weak.offsets - middles[:, None]) / focals[..., None]
    seen = np.concatenate([rays * depths[..., None], depths[..., None]], axis=-1)
    back = np.einsum("vfba,vfb->vfa", weak.rotations, seen)
    centres = np.zeros((len(back), 3))
    for _ in range(TURNS):
        places = (back + centres[:, None]).mean(0)
        centres = np.median(places - back, axis=1)
        centres -= centres.mean(0)
    away = np.einsum("vfa,vfa->vf", weak.rotations[:, :, 2], places - centres[:, None])
    nearest = depths.min(1, keepdims=True) / 2
    views = PerspectiveViews(
        weak.rotations,
        np.repeat(centres[:, None], len(joints), axis=1),
        weak.scales * np.maximum(away, nearest),
        middles,
        steadiness,
    )
    return views, joints + places[:, None]
