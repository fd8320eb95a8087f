"""A moment as the page gets it: a length, JSON of that length, and the picture as JPEG."""

import json
import struct
import threading
from typing import Any

import cv2
import numpy as np

from canonpose.live.latest import Shot
from canonpose.live.settings import LiveSettings
from canonpose.live.state import Board, Moment, Timing


class Messages:
    """Moments in bytes; each is made once, however many browsers ask for it.

    Parameters
    ----------
    board : Board
        What it tells of.
    settings : LiveSettings
        Size and quality of the pictures.
    """

    def __init__(self, board: Board, settings: LiveSettings):
        self._board, self._settings = board, settings
        self._making = threading.Lock()
        self._made: tuple[Moment | None, bytes] = (None, b"")

    def of(self, moment: Moment) -> bytes:
        """Four bytes of length (little-endian), that many of JSON, the rest JPEG (or nothing)."""
        with self._making:
            if self._made[0] is not moment:
                self._made = (moment, self._encoded(moment))
            return self._made[1]

    def _encoded(self, moment: Moment) -> bytes:
        picture = b"" if moment.shot is None else self._jpeg(moment.shot)
        to_screen = self._board.to_screen.median()
        facts = json.dumps(_facts(moment, to_screen), separators=(",", ":"), allow_nan=False)
        head = facts.encode("ascii")
        return struct.pack("<I", len(head)) + head + picture

    def _jpeg(self, shot: Shot) -> bytes:
        image = np.ascontiguousarray(shot.image[..., ::-1])  # OpenCV takes blue, green, red
        share = self._settings.long_side / max(image.shape[:2])
        if share < 1:
            image = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._settings.jpeg_quality]
        return bytes(cv2.imencode(".jpg", image, quality)[1])


def _facts(moment: Moment, to_screen: float | None) -> dict[str, Any]:
    shot, person = moment.shot, moment.person
    return {
        "number": moment.number,
        "ended": moment.ended,
        "time": None if shot is None else round(shot.time, 3),
        "imageSize": None if shot is None else list(shot.image.shape[1::-1]),
        "keypoints": None if person is None else _numbers(person.keypoints, 1),
        "scores": None if person is None else _numbers(person.scores, 3),
        "positions": None if person is None else _numbers(person.positions, 4),
        "timing": _milliseconds(moment.timing, to_screen),
    }


def _milliseconds(timing: Timing, to_screen: float | None) -> dict[str, Any]:
    def rounded(seconds: float | None) -> float | None:
        return None if seconds is None else round(1000 * seconds, 1)

    return {
        "fps": round(timing.fps, 1),
        "detection": rounded(timing.detection),
        "lifting": rounded(timing.lifting),
        "lifted": rounded(timing.lifted),
        "screen": rounded(to_screen),
        "seen": timing.seen,
        "dropped": timing.dropped,
    }


def _numbers(values: np.ndarray, digits: int) -> list[float | None]:
    """Row by row, null where missing."""
    flat = np.round(values.astype(np.float64), digits).ravel()
    return [float(value) if np.isfinite(value) else None for value in flat]
