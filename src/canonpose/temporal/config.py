"""Settings of training a temporal lifter."""

from dataclasses import dataclass, field

from canonpose.config_checks import at_least
from canonpose.lifter.temporal.config import TemporalConfig


@dataclass(frozen=True)
class TemporalTraining:
    """How a temporal lifter is trained on footage in 3D."""

    shape: TemporalConfig = field(default_factory=TemporalConfig)
    rounds: int = 16
    """The footage is filmed anew by other virtual cameras so many times."""
    cameras: int = 4
    """Virtual cameras of each round; the real ones are used as well."""
    batch: int = 128
    """Moments a step, three neighbouring frames each."""
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    weight_acceleration: float = 5.0
    """Of the error in acceleration beside that in position."""
    causal_share: float = 0.5
    """Of the batches, that show no frame after the one that is lifted, as live."""
    thinned_share: float = 0.5
    """Of the rounds, that leave frames out, so that lower frame rates are known."""
    lowest_fps: float = 10.0
    """Frame rate below which no frames are left out."""
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, "temporal ", rounds=1, cameras=1, batch=1)
