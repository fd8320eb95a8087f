"""The training of a student: solved labels beside the self-supervised losses."""

import copy
from dataclasses import replace
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import in_plane_rotation, rotate
from canonpose.lifter.network import Lifter
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.bodies import bodies_of, sightings_of
from canonpose.refining.config import RefineConfig
from canonpose.refining.kept import KeptKnowledge
from canonpose.refining.label_loss import label_loss, label_weights
from canonpose.refining.labels import SolvedLabels
from canonpose.refining.virtual_views import LabelledViews, VirtualViews
from canonpose.skeleton import Skeleton
from canonpose.training.config import TrainingConfig
from canonpose.training.precision import multiplying_in
from canonpose.training.trainer import Trainer


class StudentLosses(NamedTuple):
    """The terms of the student's objective, before weighting, and their weighted sum."""

    reprojection: Float[Tensor, ""]
    view: Float[Tensor, ""]
    camera: Float[Tensor, ""]
    anatomy: Float[Tensor, ""]
    labels: Float[Tensor, ""]
    virtual: Float[Tensor, ""]
    kept: Float[Tensor, ""]
    total: Float[Tensor, ""]


class StudentTrainer(Trainer):
    """A lifter in training on real and virtual views with labels, and on its footage.

    Parameters
    ----------
    labels : SolvedLabels
    skeleton : Skeleton
    lifter : Lifter
        To start from; it is not changed.
    training : TrainingConfig
        Of the self-supervised losses and views.
    config : RefineConfig
    static_cameras : bool
    device : torch.device
    known : TrainedLifter, optional
        A lifter of these joints, taught by other footage, whose knowledge is to be kept.
    """

    terms = StudentLosses._fields
    draws_on_device = False

    def __init__(
        self,
        labels: SolvedLabels,
        skeleton: Skeleton,
        lifter: Lifter,
        training: TrainingConfig,
        config: RefineConfig,
        static_cameras: bool,
        device: torch.device,
        known: TrainedLifter | None = None,
    ):
        training = replace(
            training,
            epochs=config.epochs,
            min_steps=config.min_steps,
            learning_rate=config.learning_rate,
            schedule="cosine",
            camera_growth=0.0,
        )
        labels = labels.to(device)
        super().__init__(labels.samples, skeleton, training, static_cameras, device)
        self.network.load_state_dict(lifter.state_dict())
        self.refining = config
        self.labels = labels
        # Labels in metres and in body heights differ by less than a factor of two.
        self.weights = label_weights(self.labels.sigma, self.labels.valid, config.trusted)
        self.virtual = VirtualViews(
            bodies_of(self.labels, config.trusted), sightings_of(self.labels), config, skeleton
        )
        self.kept = None
        if known is not None and config.weight_kept and config.kept_views:
            there = replace(known, network=copy.deepcopy(known.network).to(device).eval())
            self.kept = KeptKnowledge(there, self.virtual, config)

    def losses(self, chosen: Int64[Tensor, " batch"], generator: Generator) -> tuple[Tensor, ...]:
        """Self-supervised terms of these samples; labels of real, virtual and other views."""
        config = self.refining
        own = super().losses(chosen, generator)
        of_real, of_virtual, of_kept = self._label_losses(chosen, generator)
        total = (
            config.weight_self * own[-1]
            + config.weight_views * of_real
            + config.weight_virtual * of_virtual
            + config.weight_kept * of_kept
        )
        return StudentLosses._make((*own[:-1], of_real, of_virtual, of_kept, total))

    def _label_losses(self, chosen: Int64[Tensor, " batch"], generator: Generator) -> list[Tensor]:
        """Of each kind of labelled views; all are lifted at once."""
        real = self._dropped(self._turned(self._views(chosen), generator), generator)
        drawn = self.virtual(self.refining.virtual_views * len(chosen), generator)
        kinds = [real, self._dropped(drawn, generator)]
        if self.kept is not None:
            with multiplying_in(self.precision, self.device):
                kinds.append(self.kept(self.refining.kept_views * len(chosen), generator))
        every = LabelledViews.concatenated(kinds)
        with multiplying_in(self.precision, self.device):
            poses, rotation = self.network(every.positions, every.scores)
        seen = rotate(rotation, poses).split([len(kind) for kind in kinds])
        root = self.skeleton.root_index
        losses = [
            label_loss(lifted, kind.labels, kind.weights, root)
            for lifted, kind in zip(seen, kinds, strict=True)
        ]
        return losses if self.kept is not None else [*losses, torch.zeros_like(losses[0])]

    def _views(self, chosen: Int64[Tensor, " batch"]) -> LabelledViews:
        """All views of some samples in a row."""
        samples = self.samples.gather(chosen)
        return LabelledViews(
            samples.positions.flatten(0, 1),
            samples.scores.flatten(0, 1),
            self.labels.positions[chosen].flatten(0, 1),
            self.weights[chosen].flatten(0, 1),
        )

    def _turned(self, views: LabelledViews, generator: Generator) -> LabelledViews:
        """Turned in the image plane; half of them mirrored left to right."""
        count, device = len(views), views.positions.device
        degrees = (2 * torch.rand(count, generator=generator) - 1) * self.refining.rotation
        frames = in_plane_rotation(degrees.deg2rad()).to(device)
        flip = (torch.rand(count, generator=generator) < 0.5).to(device)
        frames[flip, :, 0] *= -1
        mirror = self.virtual.mirror_indices
        views = views.changed(
            lambda part: torch.where(
                flip.reshape(-1, *(1,) * (part.ndim - 1)), part[:, mirror], part
            )
        )
        return replace(
            views,
            positions=views.positions @ frames[:, :2, :2].transpose(-1, -2),
            labels=rotate(frames, views.labels),
        )

    def _dropped(self, views: LabelledViews, generator: Generator) -> LabelledViews:
        """Some joints, and some views' confidences, hidden from the lifter."""
        positions, scores = views.positions, views.scores
        root = self.skeleton.root_index
        if self.refining.joint_dropout:
            kept = torch.rand(scores.shape, generator=generator) >= self.refining.joint_dropout
            kept[:, root] = True
            positions, scores, _ = normalise(positions, scores * kept.to(scores), root)
        if self.refining.confidence_dropout:
            hidden = torch.rand(len(scores), 1, generator=generator)
            hidden = (hidden < self.refining.confidence_dropout).to(scores.device)
            scores = torch.where(hidden, (scores > 0).to(scores), scores)
        return replace(views, positions=positions, scores=scores)
