"""The unit of a calibration's translations, where its file does not say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from canonpose.datamodel import Take
from canonpose.datasets.plausible import FARTHEST, median_distance
from canonpose.datasets.truth import exact_keypoints
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.readers.calibration import plain_name, read_calibration
from canonpose.readers.reference import Reference


def calibration_that_fits(
    path: Path, takes: Sequence[Take], references: Mapping[str, Reference]
) -> tuple[dict[str, Camera], str]:
    """The cameras in the unit in which the projected references lie on the detections.

    A translation that is wrong by a factor of ten or more moves every projection out of place, so
    one unit fits or none does.

    Parameters
    ----------
    path : path
        The calibration file.
    takes : sequence of Take
        Detections.
    references : mapping
        Take to its 3D in the world's frame, frame by frame.

    Returns
    -------
    cameras : dict of Camera
        By name.
    units : str
        "m", "cm" or "mm"; the first of these where the file declares its own.

    Raises
    ------
    InputError
        If the file cannot be read, or no unit fits.
    """
    known = [take for take in takes if take.name in references]
    cameras = {units: read_calibration(path, units=units) for units in UNITS_IN_METRES}
    distances = {units: _distance(known, references, cameras[units]) for units in cameras}
    best = min(distances, key=distances.__getitem__)
    if distances[best] > FARTHEST:
        raise InputError(
            f"{path}: seen by these cameras, the reference is nowhere near the detections, be the "
            f"translations in m, cm or mm (median distance at best {distances[best]:.0%} of the "
            f"image width); check that calibration, reference and takes belong together."
        )
    return cameras[best], best


def find_camera(cameras: Mapping[str, Camera], name: str) -> Camera | None:
    """A camera, its name matched as `canonpose.readers.calibration.choose` does; None without."""
    if name in cameras:
        return cameras[name]
    matches = [key for key in cameras if plain_name(key) == plain_name(name)]
    return cameras[matches[0]] if len(matches) == 1 else None


def _distance(
    takes: Sequence[Take], references: Mapping[str, Reference], cameras: Mapping[str, Camera]
) -> float:
    """Of detections to projected references, in image widths: the median over views' medians."""
    shares = []
    for take in takes:
        for name, view in take.views.items():
            if (camera := find_camera(cameras, name)) is not None:
                exact = exact_keypoints(references[take.name], camera, view)
                away = median_distance(exact, view) / camera.size[0]
                # Where all lies behind the camera or far outside the image, nothing fits.
                shares.append(np.inf if np.isnan(away) else away)
    return float(np.median(shares)) if shares else np.inf
