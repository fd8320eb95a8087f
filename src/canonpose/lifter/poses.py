"""What a lifter says of a recording, with what is known of the recording."""

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Poses


def poses_of(
    keypoints: Keypoints,
    positions: Float[np.ndarray, "frame joint 3"],
    canonical: Float[np.ndarray, "frame joint 3"],
    rotation: Float[np.ndarray, "frame 3 3"],
    *,
    units: str,
    size: float = 1.0,
    sigma: Float[np.ndarray, "frame joint"] | None = None,
) -> Poses:
    """Lifted frames as `Poses`.

    Parameters
    ----------
    keypoints : Keypoints
        That were lifted, of the lifter's joints (`canonpose.lifter.joints.in_skeleton`).
    positions : array [frame, joint, 3]
        Camera frame (x right, y down, z away), root at the origin; NaN where not lifted.
    canonical : array [frame, joint, 3]
        The same in the canonical frame.
    rotation : array [frame, 3, 3]
        From the canonical to the camera frame.
    units : str
        Of what is returned.
    size : float
        In these, the unit of what is given: all lengths are multiplied by it.
    sigma : array [frame, joint], optional
        How far joints may be off.
    """
    scale = np.float32(size)
    return Poses(
        positions=positions * scale,
        scores=keypoints.scores,
        canonical=canonical * scale,
        rotation=rotation,
        keypoints=keypoints.positions,
        skeleton=keypoints.skeleton,
        units=units,
        fps=keypoints.fps,
        image_size=keypoints.image_size,
        camera=keypoints.camera,
        source=keypoints.source,
        person=keypoints.person,
        sigma=None if sigma is None else sigma * scale,
    )
