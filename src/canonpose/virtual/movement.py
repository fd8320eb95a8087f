"""How cameramen move: pan, tilt and zoom after the subject, or hold the camera by hand."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import roma
import torch
from jaxtyping import Float

from canonpose.geometry.cameras import Camera
from canonpose.virtual.cameras import MovingCamera, focal_lengths, looking
from canonpose.virtual.processes import smooth_process

Movement = Literal["static", "ptz", "handheld"]


@dataclass(frozen=True)
class PanTiltZoom:
    """A camera on a tripod that follows the subject and keeps it at the same size."""

    lag: float = 0.25
    """Seconds by which camera and zoom are behind."""
    share: float = 0.6
    """Of the picture's height, that a standing subject fills."""
    jitter: float = 0.3
    """Degrees, standard deviation of the aim."""

    def follow(
        self,
        camera: Camera,
        positions: Float[np.ndarray, "frame joint 3"],
        stature: float,
        fps: float,
        random: np.random.Generator,
    ) -> MovingCamera:
        """The camera from where it stands, frame by frame.

        Parameters
        ----------
        camera : Camera
            Its place and picture size count.
        positions : array [frame, joint, 3]
            The subject, world metres, y up.
        stature : float
            The subject's height in metres.
        fps : float
            Frames per second.
        random : Generator
        """
        target = lagged(_middles(positions), self.lag * fps)
        away = np.linalg.norm(target - camera.centre, axis=-1)
        focal = lagged(self.share * camera.size[1] * away / stature, self.lag * fps)
        aim = looking(np.broadcast_to(camera.centre, target.shape), target)
        shake = smooth_process(random, (len(target), 3), 0.5 * fps)
        rotation = _turns(np.radians(self.jitter) * shake) @ aim
        return MovingCamera(camera.name, camera.size, rotation, -rotation @ camera.centre, focal)


@dataclass(frozen=True)
class Handheld:
    """A camera in someone's hands: it sways, and drifts, and does not follow."""

    turn: float = 1.0
    """Degrees, standard deviation of the rotation about each axis."""
    shift: float = 0.03
    """Metres, standard deviation of the position along each axis."""
    seconds: float = 0.6
    """Over which the sway goes from one side to another."""

    def hold(
        self, camera: Camera, frames: int, fps: float, random: np.random.Generator
    ) -> MovingCamera:
        """The camera around where it stands, frame by frame."""
        sway = smooth_process(random, (frames, 6), self.seconds * fps)
        rotation = _turns(np.radians(self.turn) * sway[:, :3]) @ camera.rotation
        place = camera.centre + self.shift * sway[:, 3:]
        translation = -(rotation @ place[..., None])[..., 0]
        return MovingCamera(
            camera.name, camera.size, rotation, translation, focal_lengths(camera, frames)
        )


def lagged(
    values: Float[np.ndarray, "frame *rest"], frames: float
) -> Float[np.ndarray, "frame *rest"]:
    """What follows the values, always by a share of the way that is left."""
    share = 1 - np.exp(-1 / max(frames, 1e-6))
    out = np.empty_like(values)
    here = values[0]
    for frame, value in enumerate(values):
        here = here + share * (value - here)
        out[frame] = here
    return out


def _middles(positions: Float[np.ndarray, "frame joint 3"]) -> Float[np.ndarray, "frame 3"]:
    """The middle of the body's extent; that of the frame before where no joint is known."""
    known = np.isfinite(positions).all(-1)
    low = np.where(known[..., None], positions, np.inf).min(1)
    high = np.where(known[..., None], positions, -np.inf).max(1)
    there = np.flatnonzero(known.any(-1))
    nearest = there[np.searchsorted(there, np.arange(len(positions)), side="right").clip(1) - 1]
    return ((low + high) / 2)[nearest]


def _turns(vectors: Float[np.ndarray, "frame 3"]) -> Float[np.ndarray, "frame 3 3"]:
    """Rotations by rotation vectors in radians."""
    return roma.rotvec_to_rotmat(torch.from_numpy(vectors)).numpy()
