"""Solved poses apart from the cameras that saw them, and how those detections err."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.errors import InputError
from canonpose.geometry.projection import rotate
from canonpose.refining.label_loss import label_weights
from canonpose.refining.labels import SolvedLabels
from canonpose.tensor_rows import TensorRows

SMALLEST = 1e-9
NEAREST = 0.5
"""In the labels' unit: a camera is not moved closer to the root joint than this."""
FARTHEST = 1e4
"""The same of a camera whose place is not known: without perspective."""
WILD = 0.3
"""Detections that are farther off than this, in the labels' unit, are of something else."""


@dataclass(frozen=True, eq=False)
class Bodies(TensorRows):
    """The labels' poses in their rig's world."""

    positions: Float[Tensor, "body joint 3"]
    """z up, relative to the root joint, in the labels' unit; 0 where there is none."""
    weights: Float[Tensor, "body joint"]
    """What a joint counts for; 0 where there is none."""


@dataclass(frozen=True, eq=False)
class Sightings(TensorRows):
    """Views that saw a solved pose: whence, and how their detections err."""

    turns: Float[Tensor, "sighting 3 3"]
    """From the rig's world to the camera frame."""
    places: Float[Tensor, "sighting 3"]
    """The root joint in the camera frame, in the labels' unit."""
    errors: Float[Tensor, "sighting joint 2"]
    """Detected minus solved, both relative to the root joint, as lengths at the body; 0 where there
    is none."""
    scores: Float[Tensor, "sighting joint"]
    """Confidences of the detections, 0 where there is none."""


def bodies_of(labels: SolvedLabels, trusted: float) -> Bodies:
    """One pose a moment that has a label, from the view that has most.

    Parameters
    ----------
    labels : SolvedLabels
    trusted : float
        See `label_weights`; in the labels' unit.
    """
    best = labels.valid.sum(-1).argmax(1)
    there = torch.arange(len(labels), device=best.device), best
    back = labels.turns[there].transpose(-1, -2).nan_to_num()
    weights = label_weights(labels.sigma[there], labels.valid[there], trusted)
    return Bodies(rotate(back, labels.positions[there]), weights).at(weights.any(-1))


def sightings_of(labels: SolvedLabels) -> Sightings:
    """Every view of every moment that has a label.

    Raises
    ------
    InputError
        If there is none that looks at all like its label.
    """
    far = torch.tensor([0.0, 0.0, FARTHEST], device=labels.places.device)
    places = torch.where(labels.places.isfinite(), labels.places, far)
    seen = relative_images(labels.positions, places)
    detected, scores = labels.samples.positions, labels.samples.scores
    both = labels.valid & (scores > 0)
    scale = _scale_of(detected, seen, both)
    errors = detected / scale[..., None, None].clamp(min=SMALLEST) - seen
    usable = both.any(-1) & (scale > SMALLEST)
    if not usable.any():
        raise InputError(
            "no view shows what was solved, so that there is nothing to refine with; check that "
            "the takes are synchronised and show the same person."
        )
    # A detection without a label, or of something else, tells nothing of how others err.
    fine = both & (errors.norm(dim=-1) < WILD)
    errors = torch.where(fine[..., None], errors, 0.0)
    scores = torch.where(fine, scores, 0.0)
    return Sightings(labels.turns[usable], places[usable], errors[usable], scores[usable])


def relative_images(
    poses: Float[Tensor, "*batch joint 3"], places: Float[Tensor, "*batch 3"]
) -> Float[Tensor, "*batch joint 2"]:
    """Perspective images of poses about the image of their root, as lengths at the root's depth."""
    points = poses + places[..., None, :]
    depth = places[..., None, 2:]
    images = points[..., :2] * (depth / points[..., 2:].clamp(min=0.1 * NEAREST))
    return images - places[..., None, :2]


def _scale_of(
    detected: Float[Tensor, "*batch joint 2"],
    seen: Float[Tensor, "*batch joint 2"],
    both: Bool[Tensor, "*batch joint"],
) -> Float[Tensor, "*batch"]:
    """By what images are multiplied in detections, in least squares."""
    there = both.to(seen)[..., None]
    fit = (there * seen * detected).sum((-2, -1))
    return fit / (there * seen.square()).sum((-2, -1)).clamp(min=SMALLEST)
