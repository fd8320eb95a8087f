import numpy as np
import pytest
from matplotlib.colors import to_rgba

from canonpose.figures.drawing import SIDE_COLOURS, draw_pose
from canonpose.figures.panels import bounding_box, frame_panel
from canonpose.plotting import new_figure

from .lifted import COCO, DOTS, lifted


def one_pose():
    return lifted(1).positions[0].astype(np.float64)


def test_heads_are_above_feet_on_the_paper():
    figure = new_figure(2.0, 2.0, constrained=False)
    axes = figure.add_subplot()
    pose = one_pose()
    frame_panel(axes, bounding_box(pose, 0.1))
    nose, ankle = axes.transData.transform(
        pose[COCO.indices(["nose", "left_ankle"]), :2]
    )  # of the paper, y up
    assert nose[1] > ankle[1]


def drawn(points, skeleton, **options):
    """Segments, colours and widths, in the order of drawing; without the rims."""
    axes = new_figure(2.0, 2.0, constrained=False).add_subplot()
    draw_pose(axes, points, skeleton, **options)
    lines = axes.collections[0]
    colours = lines.get_colors()
    shown = (colours[:, :3] < 1).any(-1)
    segments, widths = np.array(lines.get_segments()), np.array(lines.get_linewidths())
    return segments[shown], colours[shown], widths[shown]


def test_bones_have_their_sides_colours_and_far_ones_are_behind():
    pose = one_pose()
    segments, colours, _ = drawn(pose, COCO)
    order = pose[:, 2][COCO.bone_indices].mean(-1).argsort()[::-1]
    np.testing.assert_allclose(segments, pose[COCO.bone_indices[order], :2])
    side = np.array(COCO.sides)[COCO.bone_indices[order, 1]]
    np.testing.assert_allclose(colours, [to_rgba(SIDE_COLOURS[one]) for one in side])
    assert set(side) == {"left", "right", "middle"}


def test_crossing_bones_have_a_white_rim():
    axes = new_figure(2.0, 2.0, constrained=False).add_subplot()
    draw_pose(axes, one_pose(), COCO)
    assert len(axes.collections[0].get_segments()) == 2 * len(COCO.bones)


def ink(pose, skeleton, joint):
    """How dark the paper is where a joint is drawn."""
    figure = new_figure(3.0, 3.0, constrained=False)
    axes = figure.add_axes((0, 0, 1, 1))
    frame_panel(axes, bounding_box(pose, 0.1))
    draw_pose(axes, pose, skeleton)
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())
    x, y = np.round(axes.transData.transform(pose[skeleton.index(joint), :2])).astype(int)
    return 255 - picture[-1 - y, x, :3].min()


@pytest.mark.parametrize("skeleton", [COCO, DOTS])
@pytest.mark.parametrize("joint", ["left_wrist", "right_ankle"])
def test_every_joint_leaves_ink(skeleton, joint):
    assert ink(one_pose(), skeleton, joint) > 100


def test_without_bones_there_are_dots_of_their_sides():
    axes = new_figure(2.0, 2.0, constrained=False).add_subplot()
    pose = one_pose()
    pose[0] = np.nan
    draw_pose(axes, pose, DOTS)
    assert not axes.collections[0].get_segments()
    assert len(axes.lines) == len(DOTS) - 1
    assert len({dot.get_color() for dot in axes.lines}) == 3


def test_missing_joints_take_their_bones_along():
    pose = one_pose()
    pose[COCO.index("left_elbow")] = np.nan
    segments, _, _ = drawn(pose, COCO)
    assert len(segments) == len(COCO.bones) - 2
    assert np.isfinite(segments).all()


def test_unsure_bones_are_paler():
    scores = np.where(np.array(COCO.joints) == "left_wrist", 0.1, 1.0)
    _, colours, _ = drawn(one_pose()[:, :2], COCO, scores=scores)
    assert sorted(colours[:, 3])[:2] == [pytest.approx(0.325), 1.0]
