"""A lifter's errors on views whose 3D is known, beside what it was given and what it gave."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.normalisation import NormalisedPoses
from canonpose.geometry.procrustes import scale_alignment
from canonpose.inference.body_scale import body_size
from canonpose.inference.frames import lifted_frames
from canonpose.lifter.sigma import features_of
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.labels import SolvedLabels
from canonpose.skeleton import Skeleton
from canonpose.tensor_rows import TensorRows


@dataclass(frozen=True, eq=False)
class LiftingErrors(TensorRows):
    """Single views; lengths are in body sizes."""

    features: Float[Tensor, "view feature"]
    """What a `SigmaNetwork` is given."""
    errors: Float[Tensor, "view joint"]
    """Distance from the label, root-centred and scale-aligned; NaN where there is none to be
    trusted, and at the root."""


@torch.no_grad()
def lifting_errors(
    lifter: TrainedLifter,
    labels: SolvedLabels,
    chosen: Bool[Tensor, " sample"],
    trusted: float,
) -> LiftingErrors:
    """What a lifter gets wrong at some moments, as `canonpose.lift` lifts single frames.

    Parameters
    ----------
    lifter : TrainedLifter
    labels : SolvedLabels
        In the lifter's joints.
    chosen : tensor [sample]
        The moments to look at.
    trusted : float
        Labels whose own sigma is above this share of the body do not count.
    """
    skeleton = lifter.skeleton
    usable = labels.valid[chosen].any(-1)
    positions = labels.samples.positions[chosen][usable]
    scores = labels.samples.scores[chosen][usable]
    ones = torch.ones(len(positions))
    lifted = lifted_frames(NormalisedPoses(positions, scores, ones), lifter).in_camera
    valid = labels.valid[chosen][usable]
    unit = _unit(labels, skeleton)
    known = labels.positions[chosen][usable] / unit
    scale = scale_alignment(lifted, known, valid)
    off = (scale[:, None, None] * lifted - known).norm(dim=-1)
    valid = valid & (labels.sigma[chosen][usable] / unit <= trusted)
    valid[:, skeleton.root_index] = False
    return LiftingErrors(
        features_of(positions, scores, lifted),
        torch.where(valid, off, torch.nan),
    )


def _unit(labels: SolvedLabels, skeleton: Skeleton) -> float:
    """The median body of the labels, in their unit."""
    whole = labels.positions[labels.valid.all(-1)]
    return float(body_size(whole, skeleton)[0].median()) if len(whole) else 1.0
