import time

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")

import cv2

from canonpose.errors import InputError
from canonpose.live import webcam
from canonpose.live.webcam import Webcam

from .stand_ins import wait_for


class Device:
    """A camera that gives some blue pictures, then none."""

    def __init__(self, pictures):
        self.left, self.released = pictures, False

    def isOpened(self):
        return self.left > 0

    def set(self, *_):
        return True

    def read(self):
        time.sleep(0.002)
        self.left -= 1
        if self.left < 0:
            return False, None
        return True, np.full((4, 6, 3), (255, 0, 0), np.uint8)

    def release(self):
        self.released = True


@pytest.fixture
def plugged(monkeypatch):
    monkeypatch.setattr(webcam, "PATIENCE", 0.1)

    def plug(pictures):
        device = Device(pictures)
        monkeypatch.setattr(cv2, "VideoCapture", lambda index: device)
        return device

    return plug


def test_pictures_are_red_green_blue_and_the_camera_is_freed(plugged):
    device = plugged(10_000)
    source = Webcam(0)
    source.start()
    shot = source.latest.newer_than(3, 10.0)
    np.testing.assert_array_equal(shot.image[0, 0], (0, 0, 255))
    source.stop()
    assert device.released


def test_no_camera():
    source = Webcam(97)
    with pytest.raises(InputError, match="camera 97: cannot be opened; check that it is plugged"):
        source.start()


def test_unplugged_midway(plugged):
    device = plugged(5)
    source = Webcam(0)
    source.start()
    wait_for(lambda: source.latest.ended)
    assert "camera 0: gives no more pictures after 5" in str(source.trouble)
    assert source.latest.newer_than(-1, 0.0).number == 4
    source.stop()
    assert device.released
