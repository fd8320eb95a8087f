"""What a lifter knew before: virtual views of other movements, with what it says of them."""

from dataclasses import replace

import torch
from jaxtyping import Bool
from torch import Generator, Tensor

from canonpose.geometry.projection import rotate
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.virtual_views import LabelledViews, VirtualViews
from canonpose.training.start import TAKEN_OVER


class KeptKnowledge:
    """Draws virtual views whose labels are a lifter's own.

    A student of one footage forgets what other footage taught the lifter that it starts from. The
    bodies drawn here are those of the footage, bent and leant into others; that their labels are
    the lifter's, and not where the joints are, is what keeps it as it was (Li and Hoiem, Learning
    without Forgetting, ECCV 2016).

    Parameters
    ----------
    lifter : TrainedLifter
        Computed with where its network is.
    views : VirtualViews
        Of the footage.
    config : RefineConfig
    """

    def __init__(self, lifter: TrainedLifter, views: VirtualViews, config: RefineConfig):
        self.lifter = lifter
        bent = replace(config, bend=config.kept_bend, tilt=config.kept_tilt)
        self.views = VirtualViews(views.bodies, views.sightings, bent, views.skeleton)
        self.known = known_joints(lifter)

    @torch.no_grad()
    def __call__(self, count: int, generator: Generator) -> LabelledViews:
        """Draw so many; what the lifter has never seen has no label."""
        drawn = self.views(count, generator)
        poses, rotation = lift_with_mirror_image(self.lifter, drawn.positions, drawn.scores)
        weights = (drawn.scores > 0) & self.known.to(drawn.scores.device)
        return replace(drawn, labels=rotate(rotation, poses), weights=weights.to(drawn.weights))


def known_joints(lifter: TrainedLifter) -> Bool[Tensor, " joint"]:
    """Which of its joints a lifter was trained on, where it has taken over another's weights."""
    new = lifter.provenance.get(TAKEN_OVER, {}).get("new_joints", ())
    return torch.tensor([joint not in new for joint in lifter.skeleton.joints])
