import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="OpenCV is not installed")

from canonpose.exporters.overlay.scene import Scene, measure_extent
from canonpose.exporters.overlay.settings import OverlaySettings
from walking import walking

SIZE = (300, 400)
POSES = walking(40)


def scene(turn=50.0, tilt=14.0):
    return Scene(measure_extent(POSES.positions), SIZE, OverlaySettings(turn=turn, tilt=tilt))


@settings(max_examples=8, deadline=None)
@given(st.floats(-180, 180), st.floats(-20, 40))
def test_the_figure_fits_the_panel_from_any_side(turn, tilt):
    points, _, scales = scene(turn, tilt).project(POSES.positions)
    assert (points > 0).all()
    assert (points < SIZE).all()
    assert (scales > 0).all()


def test_not_mirrored():
    """From the camera the person's left is on the right; from behind it is on the left."""
    skeleton = POSES.skeleton
    sides = skeleton.indices(["left_shoulder", "right_shoulder"])
    for turn, order in ((0.0, 1), (180.0, -1)):
        left, right = scene(turn).project(POSES.positions[0, sides])[0]
        assert order * (left[0] - right[0]) > 5


def test_heads_are_above_feet_and_feet_on_the_floor():
    skeleton = POSES.skeleton
    drawn = scene()
    nose, heel = drawn.project(POSES.positions[0, skeleton.indices(["nose", "left_heel"])])[0]
    assert nose[1] < heel[1]
    assert POSES.positions[..., 1].max() == pytest.approx(drawn.extent.floor, abs=0.05)


def test_wild_frames_and_missing_ones_do_not_change_the_extent():
    usual = measure_extent(POSES.positions)
    wild = np.concatenate([POSES.positions] * 3)
    wild[7] *= 40
    wild[9] = np.nan
    assert measure_extent(wild).half == pytest.approx(usual.half, rel=0.05)
    assert measure_extent(np.full((3, 5, 3), np.nan)).half > 0


def test_the_shadow_is_on_the_ground_alone():
    drawn = scene()
    panel = drawn.ground.copy()
    drawn.draw_shadow(
        panel, POSES.positions[0], POSES.skeleton.bone_indices, np.ones(len(POSES.skeleton.bones))
    )
    rows = np.nonzero((panel != drawn.ground).any((1, 2)))[0]
    assert len(rows)
    assert rows.min() > SIZE[1] / 2
