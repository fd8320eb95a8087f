"""A camera of this machine, live."""

import time
from typing import Any

from canonpose.errors import InputError
from canonpose.live.latest import Shot
from canonpose.live.source import Source

PATIENCE = 2.0
"""Seconds without a picture after which a camera counts as gone."""
RETRY = 0.02
"""Seconds between two tries."""


class Webcam(Source):
    """The pictures of a webcam, by OpenCV.

    Parameters
    ----------
    index : int
        Which of the machine's cameras, from 0.
    """

    def __init__(self, index: int):
        super().__init__(f"camera {index}")
        self.index = index
        self._device: Any = None

    def _open(self) -> None:
        try:
            import cv2
        except ImportError as error:
            raise InputError(
                f"{self.name}: cannot be opened without OpenCV; run: pip install "
                f"'canonpose[video]'."
            ) from error
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # we say it in one line
        self._device = cv2.VideoCapture(self.index)
        if not self._device.isOpened():
            self._close()
            raise InputError(
                f"{self.name}: cannot be opened; check that it is plugged in, that no other "
                f"program uses it, and that you may (or try another number)."
            )
        self._device.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # old pictures are no use

    def _run(self) -> str:
        number, first = 0, time.monotonic()
        seen = first
        while not self._stopping.is_set():
            got, image = self._device.read()
            now = time.monotonic()
            if not got:
                if now - seen > PATIENCE:
                    raise InputError(
                        f"{self.name}: gives no more pictures after {number}; it was unplugged or "
                        f"taken by another program: check it, then start again."
                    )
                self._stopping.wait(RETRY)
                continue
            if number == 0:
                first = now
            # From OpenCV's blue, green, red.
            self.latest.put(Shot(number, now, now - first, image[..., ::-1]))
            number, seen = number + 1, now
        return "the camera was let go"

    def _close(self) -> None:
        if self._device is not None:
            self._device.release()
            self._device = None
