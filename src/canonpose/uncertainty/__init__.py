"""How far a lifter's joints may be off, learned from its errors on footage held back from it."""

from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.learn import learn_uncertainty

__all__ = ["UncertaintyConfig", "learn_uncertainty"]
