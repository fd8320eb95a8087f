"""People who walk about, as motion and as motion files."""

from pathlib import Path

import numpy as np

from canonpose.skeleton import Skeleton, layout
from canonpose.virtual import Motion
from synthetic_people import bodies, turning

UPRIGHT = np.array([1.0, -1.0, -1.0])
"""From a world with y down to one with y up, by half a turn about x."""


def mover(
    frames: int = 60, *, name: str = "clip", seed: int = 0, skeleton: Skeleton | None = None
) -> Motion:
    """A person who turns and walks in a circle of 1 m, feet near the ground, at 25 Hz."""
    skeleton = skeleton or layout("canonpose16")
    points = turning(bodies(frames, skeleton, seed=seed), seed=seed) * UPRIGHT
    angle = 0.6 * np.arange(frames) / 25
    path = np.stack([np.cos(angle), np.full(frames, 0.95), np.sin(angle)], axis=-1)
    return Motion(name, points + path[:, None], skeleton, 25.0)


def write_motion(motion: Motion, path: Path, **changes: object) -> Path:
    """A 3D file of the motion's detected joints; an entry changed to None is left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    detected = motion.skeleton.detected
    entries: dict[str, object] = {
        "positions": motion.positions[:, motion.skeleton.indices(detected)],
        "joint_names": np.array(detected),
        "fps": motion.fps,
        "units": "m",
    }
    entries |= changes
    np.savez(path, **{name: value for name, value in entries.items() if value is not None})
    return path
