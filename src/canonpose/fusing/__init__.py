"""Several cameras at test time: one 3D pose for every moment, with or without a known rig."""

from canonpose.fusing.lift_views import Fused, lift_views
from canonpose.fusing.rig import KnownRig, read_rig
from canonpose.fusing.uncalibrated import FusionConfig

__all__ = ["Fused", "FusionConfig", "KnownRig", "lift_views", "read_rig"]
