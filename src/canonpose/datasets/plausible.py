"""Whether what belongs together lies together: detections, exact 2D and 3D of one camera."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints
from canonpose.datasets.dataset import LabelledTake
from canonpose.errors import InputError

FARTHEST = 0.05
"""Of the image width: a truth that lies farther from the detections, in the median over all views,
is not of this person, moment or camera."""
_ODD = 0.01
_ODD_FACTOR = 4


def median_distance(exact: Keypoints, detected: Keypoints) -> float:
    """Of detections to where the joints exactly are, in pixels; NaN where nothing is in both."""
    both = exact.seen & detected.seen
    if not both.any():
        return float("nan")
    offsets = exact.positions[both].astype(np.float64) - detected.positions[both]
    return float(np.median(np.linalg.norm(offsets, axis=-1)))


def notes_on_odd_views(takes: Iterable[LabelledTake], width: int) -> list[str]:
    """A sentence on each view whose detections are far from the truth when others are near.

    Parameters
    ----------
    takes : iterable of LabelledTake
        With exact 2D.
    width : int
        Of the images, in pixels.
    """
    distances = {
        (one.take.name, camera): median_distance(exact, one.take.views[camera])
        for one in takes
        for camera, exact in one.truth_2d.items()
    }
    usual = float(np.nanmedian(list(distances.values()) or [0.0]))
    return [
        f"take {take!r}, camera {camera!r}: the detections lie {away:.0f} px from the projected "
        f"reference (median; {usual:.0f} px over all views), so it is probably out of sync or "
        f"follows somebody else"
        for (take, camera), away in distances.items()
        if away > max(_ODD * width, _ODD_FACTOR * usual)
    ]


def check_axes(
    pixels: Float[np.ndarray, "frame joint 2"],
    positions: Float[np.ndarray, "frame joint 3"],
    where: str,
) -> None:
    """Refuse 3D whose x and y do not run as those of its image do, right and down.

    Parameters
    ----------
    pixels : array [frame, joint, 2]
        Where the joints are in the image.
    positions : array [frame, joint, 3]
        Where they are in what should be the camera's frame.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        If an axis runs the other way.
    """
    flat = pixels - np.nanmean(pixels, axis=1, keepdims=True)
    deep = positions[..., :2] - np.nanmean(positions[..., :2], axis=1, keepdims=True)
    for axis, way in enumerate(("x rightwards", "y downwards")):
        if np.nansum(flat[..., axis] * deep[..., axis]) < 0:
            raise InputError(
                f"{where}: its 3D does not have {way} as its 2D has, so it is in "
                f"another frame than the official release; check where it is from."
            )
