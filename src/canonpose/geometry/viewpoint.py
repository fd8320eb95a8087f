"""Looking at 3D poses from elsewhere than the camera."""

import numpy as np
from jaxtyping import Float


def seen_from(
    points: Float[np.ndarray, "*batch 3"], *, turn: float = 0.0, tilt: float = 0.0
) -> Float[np.ndarray, "*batch 3"]:
    """Points of a camera frame in the frame of a camera that has moved around the origin.

    Parameters
    ----------
    points : array [..., 3]
        x right, y down, z away.
    turn : float
        Degrees around the vertical. At 90 the new camera stands to the right of the old one.
    tilt : float
        Degrees by which the new camera looks down.

    Returns
    -------
    array [..., 3]
        x right, y down, z away from the new camera.
    """
    around, down = np.deg2rad(turn), np.deg2rad(tilt)
    turned = np.array(
        [[np.cos(around), 0, np.sin(around)], [0, 1, 0], [-np.sin(around), 0, np.cos(around)]]
    )
    tilted = np.array(
        [[1, 0, 0], [0, np.cos(down), -np.sin(down)], [0, np.sin(down), np.cos(down)]]
    )
    return points @ (tilted @ turned).T
