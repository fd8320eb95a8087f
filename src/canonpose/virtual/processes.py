"""Random numbers that hang together over time and along the body."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from canonpose.skeleton import Skeleton


def correlated_process(
    random: np.random.Generator, shape: Sequence[int], decay: float
) -> Float[np.ndarray, "frame ..."]:
    """Standard normal numbers whose correlation falls exponentially over the first axis.

    Parameters
    ----------
    random : Generator
    shape : sequence of int
        [frame, ...]; all but the frames are independent of each other.
    decay : float
        Frames over which the correlation falls to 1/e.
    """
    numbers = random.standard_normal(tuple(shape))
    keep = np.exp(-1 / max(decay, 1e-6))
    fresh = np.sqrt(1 - keep**2)
    for frame in range(1, len(numbers)):
        numbers[frame] = keep * numbers[frame - 1] + fresh * numbers[frame]
    return numbers


def smooth_process(
    random: np.random.Generator, shape: tuple[int, int], decay: float
) -> Float[np.ndarray, "frame channel"]:
    """The same without corners: white noise under a Gaussian window of ``decay`` frames."""
    frames, channels = shape
    reach = int(np.ceil(3 * decay))
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(decay, 1e-6)) ** 2)
    window /= np.linalg.norm(window)
    white = random.standard_normal((frames + 2 * reach, channels))
    return np.stack([np.convolve(column, window, mode="valid") for column in white.T], axis=-1)


def along_bones(
    skeleton: Skeleton, joints: Sequence[str], correlation: float
) -> Float[np.ndarray, "joint joint"]:
    """The matrix that makes independent numbers of joints correlated ones.

    Neighbours along a bone have the given correlation, joints n bones apart its n-th power; every
    joint keeps its variance.
    """
    columns = {joint: np.eye(len(joints))[place] for place, joint in enumerate(joints)}
    mixed: dict[str, np.ndarray] = {}

    def row(joint: str) -> np.ndarray:
        if joint not in mixed:
            above = next((host for host in skeleton.ancestors(joint) if host in columns), None)
            own = columns[joint]
            if above is not None:
                own = correlation * row(above) + np.sqrt(1 - correlation**2) * own
            mixed[joint] = own
        return mixed[joint]

    return np.stack([row(joint) for joint in joints])
