"""Whether joints are as far off as their poses say they may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
import torch
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.geometry.procrustes import scale_alignment
from canonpose.metrics.joint_matching import matched_joints
from canonpose.readers.reference import Reference

ONE_SIGMA = erf(sqrt(0.5))
"""Share of a Gaussian's values within one standard deviation: 0.683."""
View = tuple[Poses, Reference]
Values = Float[np.ndarray, " value"]


@dataclass(frozen=True, eq=False)
class Reliability:
    """Errors of joints that were given a sigma, all in a row."""

    errors: Values
    """Distances in mm, root-centred and scale-aligned, as N-MPJPE has them."""
    sigma: Values
    """In mm, aligned alike. The root, which has none, is not among them."""

    @property
    def share_within(self) -> float:
        """Share of errors within one sigma; 0.683 is right, more is too careful."""
        return float((self.errors <= self.sigma).mean()) if len(self.errors) else float("nan")

    def share_within_times(self, times: Values) -> Values:
        """Share of errors within so many sigma."""
        ratios = np.sort(self.errors / self.sigma)
        return np.searchsorted(ratios, times, side="right") / max(len(ratios), 1)

    def by_size(self, bins: int) -> tuple[Values, Values]:
        """Median sigma of equally many joints each, and what 68.3 % of their errors are below."""
        order = np.array_split(np.argsort(self.sigma), bins)
        order = [part for part in order if len(part)]
        sizes = [float(np.median(self.sigma[part])) for part in order]
        found = [float(np.quantile(self.errors[part], ONE_SIGMA)) for part in order]
        return np.array(sizes), np.array(found)


def reliability_of(
    views: Mapping[str, View], *, joints: Sequence[str] | None = None
) -> Reliability | None:
    """Pool all joints with a sigma of views whose frame is known; None where there are none.

    Parameters
    ----------
    views : mapping
        Label to poses and their references in the cameras' frames, as for `evaluate_views`.
    joints : sequence of str, optional
        Look at these only.
    """
    parts = [
        _of_view(label, poses, reference, joints)
        for label, (poses, reference) in views.items()
        if poses.sigma is not None
    ]
    known = [part for part in parts if part is not None and len(part.errors)]
    if not known:
        return None
    return Reliability(
        np.concatenate([part.errors for part in known]),
        np.concatenate([part.sigma for part in known]),
    )


def _of_view(
    label: str, poses: Poses, reference: Reference, joints: Sequence[str] | None
) -> Reliability | None:
    pairs = matched_joints(label, poses, reference, joints=joints, frame_known=True)
    if pairs.roots is None or poses.sigma is None:
        return None
    predicted, known = (
        torch.from_numpy(positions.astype(np.float64) - root[:, None])
        for positions, root in zip((pairs.predicted, pairs.reference), pairs.roots, strict=True)
    )
    there = predicted.isfinite().all(-1) & known.isfinite().all(-1)
    there = there & torch.from_numpy(pairs.valid)
    scale = scale_alignment(predicted, known, there)
    errors = (scale[:, None, None] * predicted - known).norm(dim=-1)
    own = torch.from_numpy(poses.sigma[:, poses.skeleton.indices(pairs.joints)].astype(np.float64))
    sigma = scale[:, None] * own
    told = there & (sigma > 0)
    return Reliability(errors[told].numpy(), sigma[told].numpy())
