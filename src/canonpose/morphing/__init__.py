"""Detected 2D skeletons to another skeleton, learned from held-back subjects (section 4.2)."""

from canonpose.morphing.apply import (
    apply_morphing,
    morphed,
    morphed_capture,
    morphed_take,
)
from canonpose.morphing.comparison import MorphingErrors, morphing_errors
from canonpose.morphing.config import MORPHING_PRESETS, MorphingConfig, morphing_preset
from canonpose.morphing.network import MorphingNetwork, MorphingNetworkConfig
from canonpose.morphing.pairs import pairs_of, pairs_of_captures
from canonpose.morphing.train import train_morphing
from canonpose.morphing.trained import TrainedMorphing, load_morphing, save_morphing

__all__ = [
    "MORPHING_PRESETS",
    "MorphingConfig",
    "MorphingErrors",
    "MorphingNetwork",
    "MorphingNetworkConfig",
    "TrainedMorphing",
    "apply_morphing",
    "load_morphing",
    "morphed",
    "morphed_capture",
    "morphed_take",
    "morphing_errors",
    "morphing_preset",
    "pairs_of",
    "pairs_of_captures",
    "save_morphing",
    "train_morphing",
]
