"""Virtual captures: 3D motion through virtual cameras, with detections that err as real ones do."""

from canonpose.virtual.cameras import MovingCamera
from canonpose.virtual.capture import Filming, VirtualTake, film
from canonpose.virtual.motion import Motion, read_motion
from canonpose.virtual.movement import Handheld, PanTiltZoom
from canonpose.virtual.noise import NoiseConfig
from canonpose.virtual.rigs import Optics, RandomRig, RingRig
from canonpose.virtual.thinning import every_nth

__all__ = [
    "Filming",
    "Handheld",
    "Motion",
    "MovingCamera",
    "NoiseConfig",
    "Optics",
    "PanTiltZoom",
    "RandomRig",
    "RingRig",
    "VirtualTake",
    "every_nth",
    "film",
    "read_motion",
]
