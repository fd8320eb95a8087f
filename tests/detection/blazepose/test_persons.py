"""What the person detector is given, and what is made of its answers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="the extra canonpose[video] is not installed")

from canonpose.detection.blazepose.anchors import INPUT_SIDE, anchor_centres
from canonpose.detection.blazepose.persons import find_people, letterbox

sides = st.integers(40, 700)


@settings(max_examples=30)
@given(sides, sides, st.floats(0.3, 0.7), st.floats(0.3, 0.7))
def test_a_dot_is_where_the_scale_and_the_offset_say(width, height, across, down):
    image = np.zeros((height, width, 3), np.uint8)
    rows, columns = np.mgrid[:height, :width]
    x, y, spread = across * (width - 1), down * (height - 1), min(width, height) / 16
    bell = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * spread**2))
    image[:] = np.rint(255 * bell)[..., None]
    batch, scale, offset = letterbox(image)
    seen = batch[0, ..., 0] + 1
    grid = np.arange(INPUT_SIDE)
    found = np.array([(seen.sum(0) * grid).sum(), (seen.sum(1) * grid).sum()]) / seen.sum()
    assert np.abs(found - (scale * np.array([x, y]) + offset)).max() < 0.3


def test_what_is_around_the_image_is_black():
    batch, _, _ = letterbox(np.full((50, 100, 3), 255, np.uint8))
    assert batch.shape == (1, INPUT_SIDE, INPUT_SIDE, 3) and batch.dtype == np.float32
    assert (batch[0, 56:168] == 1).all()
    assert (batch[0, :56] == -1).all() and (batch[0, 168:] == -1).all()


def test_the_answers_become_regions_in_the_image():
    """Two anchors tell of one person, at half the image's scale."""
    anchors = anchor_centres()
    middle, rim = np.array([120.0, 130.0]), np.array([120.0, 60.0])
    values = np.zeros((1, len(anchors), 12), np.float32)
    logits = np.full((1, len(anchors), 1), -10, np.float32)
    for anchor in (500, 502):
        own = anchors[anchor] * INPUT_SIDE
        centre = np.array([120.0, 90.0])
        values[0, anchor] = [*(centre - own), 60, 80, *(middle - own), *(rim - own), *[0] * 4]
        logits[0, anchor] = 3
    (region,) = find_people(
        np.zeros((448, 448, 3), np.uint8), lambda batch, outputs: [values, logits]
    )
    assert np.allclose(region.centre, 2 * middle - 0.5, atol=1e-4)
    assert math.isclose(region.side, 2 * 1.25 * 2 * 70, rel_tol=1e-6)
    assert abs(region.angle) < 1e-6


def test_nobody_is_nobody():
    answers = [np.zeros((1, 2254, 12), np.float32), np.full((1, 2254, 1), -9, np.float32)]
    assert find_people(np.zeros((9, 9, 3), np.uint8), lambda *_: answers) == []
