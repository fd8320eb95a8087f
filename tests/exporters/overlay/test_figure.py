import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cv2", reason="OpenCV is not installed")

from canonpose.exporters.overlay.figure import Figure, draw_figure, figure_style, strengths_of
from canonpose.exporters.overlay.settings import SIDE_COLOURS
from canonpose.skeleton import layout
from walking import walking

COCO = layout("coco17")
RIM = (0, 0, 0)
POSES = walking(20, layout_name="coco17")
STYLE = figure_style(POSES.positions, COCO)


def figure(points, *, width=4.0, strength=1.0):
    flat = np.zeros(len(points))
    return Figure(np.asarray(points, float), flat, flat + width, flat + strength)


def grey(height=80, width=120):
    return np.full((height, width, 3), 90, dtype=np.uint8)


def only(joint, place):
    points = np.full((len(COCO), 2), np.nan)
    points[COCO.index(joint)] = place
    return points


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([30.0, 300.0, 1e4, 1e7]),
    st.floats(0.3, 40),
)
def test_nothing_is_drawn_outside_the_picture(seed, spread, width):
    random = np.random.default_rng(seed)
    whole = grey(100, 160)
    points = random.normal((60, 40), spread, (len(COCO), 2))
    points[random.random(len(COCO)) < 0.2] = np.nan
    draw_figure(whole[10:90, 20:140], figure(points, width=width), STYLE, RIM)
    whole[10:90, 20:140] = 90
    assert (whole == 90).all()


@settings(max_examples=30)
@given(st.sampled_from(COCO.joints), st.floats(10, 100), st.floats(10, 60))
def test_a_joint_is_where_it_should_be_in_its_sides_colour(joint, x, y):
    picture = grey()
    draw_figure(picture, figure(only(joint, (x, y)), width=9), STYLE, RIM)
    side = COCO.sides[COCO.index(joint)]
    np.testing.assert_allclose(picture[round(y), round(x)], SIDE_COLOURS[side], atol=2)
    rows, columns = np.nonzero((picture != 90).any(-1))
    assert abs(rows.mean() - y) < 0.6
    assert abs(columns.mean() - x) < 0.6


@pytest.mark.parametrize("missing", [np.nan, np.inf, 1e30])
def test_missing_joints_are_not_drawn_nor_their_bones(missing):
    picture = grey()
    points = only("left_knee", (40, 30))
    points[COCO.index("left_ankle")] = missing
    alone = grey()
    draw_figure(picture, figure(points), STYLE, RIM)
    draw_figure(alone, figure(only("left_knee", (40, 30))), STYLE, RIM)
    np.testing.assert_array_equal(picture, alone)


def test_nobody_leaves_the_picture_as_it_was():
    picture = grey()
    draw_figure(picture, figure(np.full((len(COCO), 2), np.nan)), STYLE, RIM)
    assert (picture == 90).all()


def test_a_bone_has_its_childs_side_and_its_width():
    points = only("left_knee", (20, 40))
    points[COCO.index("left_ankle")] = (100, 40)
    picture = grey()
    draw_figure(picture, figure(points, width=8), STYLE, RIM)
    column = picture[:, 60]
    coloured = np.abs(column.astype(int) - SIDE_COLOURS["left"]).max(-1) < 12
    width = 8 * STYLE.bone_widths[[b[1] for b in COCO.bones].index("left_ankle")]
    assert abs(coloured.sum() - width) <= 2
    assert coloured[40]
    rim = (column < 60).all(-1)
    assert rim[:40].any()
    assert rim[41:].any()


def test_of_two_bones_that_cross_the_near_one_is_seen():
    points = only("left_knee", (20, 40))
    points[COCO.index("left_ankle")] = (100, 40)
    points[COCO.index("right_knee")] = (60, 5)
    points[COCO.index("right_ankle")] = (60, 75)
    for near in ("left", "right"):
        depths = np.ones(len(COCO))
        depths[COCO.indices([f"{near}_knee", f"{near}_ankle"])] = -1
        picture = grey()
        draw_figure(picture, figure(points)._replace(depths=depths), STYLE, RIM)
        np.testing.assert_allclose(picture[40, 60], SIDE_COLOURS[near], atol=2)


def test_unsure_joints_are_paler():
    far = []
    for score in (0.1, 0.5, 1.0):
        picture = grey()
        strength = float(strengths_of(np.array([score]))[0])
        draw_figure(picture, figure(only("nose", (50, 40)), strength=strength), STYLE, RIM)
        far.append(np.abs(picture[40, 50].astype(int) - 90).sum())
    assert 0 < far[0] < far[1] < far[2]


def test_short_bones_are_thin():
    by_child = dict(zip([child for _, child in COCO.bones], STYLE.bone_widths, strict=True))
    assert by_child["left_eye"] < 0.6 < by_child["left_knee"]
    nothing = figure_style(np.full_like(POSES.positions, np.nan), COCO)
    assert np.isfinite(nothing.bone_widths).all()
