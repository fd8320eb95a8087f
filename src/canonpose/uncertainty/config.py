"""Settings of learning how far a lifter is off."""

from dataclasses import dataclass, field

from canonpose.config_checks import at_least
from canonpose.lifter.sigma import SigmaConfig


@dataclass(frozen=True)
class UncertaintyConfig:
    """How a lifter's errors are learned."""

    folds: int = 3
    """Parts of the footage, each of which a lifter is judged on that never saw it; whole takes
    where there are as many, else stretches of time."""
    steps: int = 0
    """Batches of those lifters' trainings; 0 trains them as the lifter itself was trained."""
    margin: float = 1.0
    """Seconds around a stretch of time that are kept from its lifter as well."""
    rehearse: bool = True
    """Train lifters without two parts as well, to see how well sigma fits footage that is new to
    all; not where they would leave less than a fifth of the footage."""
    trusted: float = 0.03
    """Labels that may be off by more than this share of the body are left out."""
    epochs: int = 10
    """Of the network that learns the errors."""
    batch: int = 256
    """Views a step."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    degrees: float = 4.0
    """Of freedom of the likelihood, Student's t: how seldom great errors are."""
    network: SigmaConfig = field(default_factory=SigmaConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, folds=2, steps=0, epochs=1, batch=1)
