"""Poses as compact JSON that can stand inside an HTML page.

Coordinates become 16-bit integers, scores bytes, both base64: eleven bytes a joint and frame, so
that four views of 10,000 frames stay near 15 MB. The browser undoes it in `report.js`.
"""

import base64
import json
import math
import re
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Poses

MISSING = -32768
"""Stands for a coordinate that is not there; values take -32767..32767."""

_STEPS = 65534


def embed(view: Poses, title: str) -> dict[str, Any]:
    """Everything the page needs to know about one view, in JSON's types."""
    skeleton = view.skeleton
    return {
        "title": title,
        "camera": view.camera,
        "file": file_name(view.source),
        "person": view.person,
        "units": view.units,
        "fps": _positive_or_none(view.fps),
        "imageSize": [int(side) for side in view.image_size] if view.image_size else None,
        "frames": len(view),
        "joints": list(skeleton.joints),
        "sides": "".join(side[0] for side in skeleton.sides),
        "bones": skeleton.bone_indices.tolist(),
        "positions": _pack_coordinates(view.positions),
        "keypoints": _pack_coordinates(view.keypoints),
        "scores": _pack_scores(view.scores),
        "sigma": None if view.sigma is None else _pack_coordinates(view.sigma[..., None]),
    }


def to_script_json(value: Any) -> str:
    """JSON in plain ASCII without ``<``, ``>`` and ``&``: no string in it can end a script."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def file_name(source: str) -> str:
    """The last part of a path: a page that is passed on should not tell folders."""
    parts = [part for part in re.split(r"[/\\]", source) if part]
    return parts[-1] if parts else ""


def _positive_or_none(fps: float | None) -> float | None:
    if fps is None or not math.isfinite(fps) or fps <= 0:
        return None
    return float(fps)


def _pack_coordinates(values: Float[np.ndarray, "frame joint space"]) -> dict[str, Any]:
    """Little-endian int16 per coordinate, with an offset and a step for every axis."""
    present = np.isfinite(values).all(-1)
    low, high = _range(values[present].astype(np.float64))
    step = np.where(high > low, (high - low) / _STEPS, 1.0)
    scaled = (np.where(present[..., None], values, low) - low) / step
    integers = np.rint(scaled).astype(np.int64) - _STEPS // 2
    integers[~present] = MISSING
    return {"data": _base64(integers, "<i2"), "offset": low.tolist(), "step": step.tolist()}


def _range(values: Float[np.ndarray, "point space"]) -> tuple[np.ndarray, np.ndarray]:
    if not len(values):
        return np.zeros(values.shape[-1]), np.zeros(values.shape[-1])
    return values.min(0), values.max(0)


def _pack_scores(scores: Float[np.ndarray, "frame joint"]) -> str:
    """One byte a score, rounded up: only a score of 0 (or NaN) becomes 0."""
    return _base64(np.ceil(np.clip(np.nan_to_num(scores), 0, 1) * 255), "u1")


def _base64(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values.astype(kind)).tobytes()).decode("ascii")
