"""What a training starts from: random weights, or those of a lifter that knows something."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from canonpose.lifter import TrainedLifter
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.lifter.pretrained import (
    PRETRAINED,
    PRETRAINED_SHAPE,
    lifter_named,
    pretrained_lifter,
)
from canonpose.lifter.transplant import check_fit, norm_of_shared, shared_joints, transplant_
from canonpose.skeleton import Skeleton
from canonpose.training.config import TrainingConfig
from canonpose.training.randomness import WEIGHTS, generator_for
from canonpose.training.samples import Samples

AUTO, NOTHING = "auto", "nothing"
TAKEN_OVER = "taken_over"
"""In the provenance of a lifter that knows what another does: `Start.facts` of that one."""
ENOUGH_SHARED = 0.5
"""Share of a skeleton's joints that the pretrained lifter must know to be started from unasked."""


@dataclass(frozen=True, eq=False)
class Start:
    """A lifter to start from."""

    lifter: TrainedLifter
    name: str
    """What the user calls it: "pretrained", or a folder."""

    def into_(self, network: Lifter, skeleton: Skeleton, samples: Samples, seed: int) -> None:
        """Give a new network of these samples' joints what this lifter knows, in place."""
        norm = norm_of_shared(samples.positions, self.lifter.skeleton, skeleton)
        transplant_(network, skeleton, self.lifter, generator_for(seed, WEIGHTS), norm)

    def lifter_for(
        self, config: LifterConfig, samples: Samples, skeleton: Skeleton, seed: int
    ) -> TrainedLifter:
        """A lifter of such a shape and these samples' joints that knows what this one does."""
        network = Lifter(len(skeleton), config)
        self.into_(network, skeleton, samples, seed)
        network.eval()
        provenance = {TAKEN_OVER: self.facts(skeleton)}
        return TrainedLifter(network, skeleton, self.lifter.training, provenance)

    def facts(self, skeleton: Skeleton) -> dict[str, Any]:
        """For the card of the lifter that is trained from it."""
        if TAKEN_OVER in self.lifter.provenance:
            return dict(self.lifter.provenance[TAKEN_OVER])
        shared = shared_joints(self.lifter.skeleton, skeleton)
        return {
            "lifter": self.name,
            "weights": self.fingerprint(),
            "shared_joints": list(shared),
            "new_joints": [joint for joint in skeleton.joints if joint not in shared],
            "captures": list(self.lifter.provenance.get("captures", [])),
        }

    def fingerprint(self) -> str:
        """A hash that changes when the weights do."""
        digest = sha256()
        for name, value in self.lifter.network.state_dict().items():
            digest.update(name.encode() + value.cpu().numpy().tobytes())
        return digest.hexdigest()


def start_of(config: TrainingConfig, skeleton: Skeleton) -> Start | None:
    """What a training with these settings starts from; None for random weights.

    Raises
    ------
    InputError
        If a lifter is named that is wider, or that has other activations or another root joint.
    """
    if config.start_from == NOTHING:
        return None
    if config.start_from == AUTO:
        return _pretrained_if_it_fits(config, skeleton)
    lifter = lifter_named(config.start_from)
    check_fit(lifter, config.lifter, skeleton, config.start_from)
    return Start(lifter, config.start_from)


def _pretrained_if_it_fits(config: TrainingConfig, skeleton: Skeleton) -> Start | None:
    like_it = replace(
        config.lifter, width=PRETRAINED_SHAPE.width, mirror_image=PRETRAINED_SHAPE.mirror_image
    )
    if config.lifter.width < PRETRAINED_SHAPE.width or like_it != PRETRAINED_SHAPE:
        return None
    lifter = pretrained_lifter()
    shared = len(shared_joints(lifter.skeleton, skeleton))
    fits = lifter.skeleton.root == skeleton.root and shared >= ENOUGH_SHARED * len(skeleton)
    return Start(lifter, PRETRAINED) if fits else None
