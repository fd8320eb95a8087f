"""Settings of a morphing's training, and the named presets."""

from dataclasses import dataclass, field, replace
from typing import Literal

from canonpose.config_checks import at_least
from canonpose.errors import InputError
from canonpose.morphing.network import MorphingNetworkConfig


@dataclass(frozen=True)
class MorphingConfig:
    """Everything that decides what a training of a morphing computes, but for its data."""

    network: MorphingNetworkConfig = field(default_factory=MorphingNetworkConfig)
    loss: Literal["squared", "absolute"] = "absolute"
    """Of each joint's distance to the truth; gross errors of the detector weigh less in the
    latter."""
    weigh_by_confidence: bool = True
    """Whether a joint counts as much as its detection is sure; else all seen ones count alike."""
    flip: bool = True
    """Mirror half of the poses left to right, and swap the joints' sides."""
    rotation: float = 30.0
    """Turn each pose in the image plane by up to this many degrees either way."""
    epochs: int = 20
    """Passes over the pairs of poses."""
    min_steps: int = 1000
    """Few poses are passed over more often, until this many batches."""
    batch: int = 128
    """Poses a step."""
    learning_rate: float = 1e-3
    schedule: Literal["steps", "cosine"] = "cosine"
    """Learning rate times 0.1 after 40, 80 and 95 % of the training, or half a cosine to 0."""
    weight_decay: float = 1e-4
    """Adam's L2 penalty."""
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, epochs=1, batch=1, learning_rate=0, min_steps=0)


MORPHING_PRESETS: dict[str, MorphingConfig] = {
    "released": MorphingConfig(
        network=MorphingNetworkConfig(
            width=1024, blocks=2, input_activation=False, confidences=False
        ),
        loss="squared",
        weigh_by_confidence=False,
        flip=False,
        rotation=0.0,
        epochs=100,
        min_steps=0,
        learning_rate=1e-4,
        schedule="steps",
        weight_decay=1e-5,
    ),
    "fast": MorphingConfig(),
}
"""``released``: the authors' code (32 moments of four cameras a step). ``fast``: ours."""


def morphing_preset(name: str, **changes: object) -> MorphingConfig:
    """A named preset, with some top-level settings changed.

    Raises
    ------
    InputError
        If there is no such preset.
    """
    if name not in MORPHING_PRESETS:
        raise InputError(f"unknown preset {name!r}: use one of {', '.join(MORPHING_PRESETS)}.")
    return replace(MORPHING_PRESETS[name], **changes)  # type: ignore[arg-type]
