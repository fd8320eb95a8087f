"""Triangulated joints as a take in the rig's world."""

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import chi2

from canonpose.errors import InputError
from canonpose.fusing.lifted import LiftedTake
from canonpose.fusing.likely_unit import check_metres
from canonpose.fusing.rig import KnownRig
from canonpose.inference.body_scale import body_size
from canonpose.lifter.subject_height import size_of_subject
from canonpose.skeleton import Skeleton
from canonpose.solving.all_frames import JointsIn3D, completed
from canonpose.solving.solved import SolvedTake

ONE_SIGMA = float(np.sqrt(chi2.ppf(chi2.cdf(1, 1), 3) / 3))
"""What 68.3 % of distances are below, in root mean square distances, of three equal axes."""


def as_take(
    joints: JointsIn3D, take: LiftedTake, rig: KnownRig, subject_height: float | None
) -> tuple[SolvedTake, str]:
    """Triangulated joints of a take with derived ones, and the unit's name.

    The unit stays the rig's. With a height, the world is stretched about its origin so that the
    subject's median size is that.

    Raises
    ------
    InputError
        If a height is given, but no moment shows all limbs, or the skeleton has none. If none is,
        and the rig's unit is a guess by which people would be giants or dwarfs.
    """
    detected = take.scores[:, :, : len(take.skeleton.detected)]
    points, scores, sigma = completed(joints, detected, take.skeleton)
    stretch, units = 1.0, rig.units
    if subject_height is not None:
        sizes, kind = body_size(torch.from_numpy(points), take.skeleton)
        size = float(sizes.nanmedian())
        if not size > 0:
            raise InputError(
                f"cameras {', '.join(take.cameras)}: no moment shows all limbs in two views, so "
                f"that the subject's height says nothing; leave --subject-height out."
            )
        height, units = size_of_subject(subject_height, kind, take.skeleton)
        stretch = height / size
    elif not rig.says_units:
        check_metres(points, take.skeleton, rig.source)
    own = next(iter(take.by_camera.values()))
    solved = SolvedTake(
        name="take",
        rig=rig.source,
        positions=points * stretch,
        valid=np.isfinite(points).all(-1),
        scores=scores,
        sigma=sigma * stretch,
        fps=own.fps,
    )
    return solved, units


def sigma_about_root(take: SolvedTake, skeleton: Skeleton) -> Float[np.ndarray, "frame joint"]:
    """Distances within which joints lie relative to the root with a probability of 68.3 %.

    From the root mean square distances of triangulation, as if all axes were equally unsure.
    NaN where the joint or the root is not triangulated.
    """
    sigma = ONE_SIGMA * np.hypot(take.sigma, take.sigma[:, [skeleton.root_index]])
    sigma[:, skeleton.root_index] = 0.0
    return sigma
