from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.figures import canonical_in_millimetres, joint_spread
from canonpose.figures.canonical import upright

from .lifted import COCO, MILLIMETRES, lifted, truth, without_frames

CLOUD = np.random.default_rng(0).normal(0, (5.0, 20.0, 1.0), (300, len(COCO), 3))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_distance_does_not_depend_on_the_gauge_and_bounds_the_axis_mean(seed):
    turned = CLOUD @ Rotation.random(random_state=seed).as_matrix().T
    here, there = (joint_spread(cloud, COCO, "left_hip") for cloud in (CLOUD, turned))
    assert there.distance == pytest.approx(here.distance)
    assert there.axis_mean <= there.distance / np.sqrt(3) + 1e-9


def test_the_axis_mean_depends_on_the_gauge():
    turned = CLOUD @ Rotation.from_euler("xyz", (40, 50, 60), degrees=True).as_matrix().T
    here, there = (joint_spread(cloud, COCO, "left_hip") for cloud in (CLOUD, turned))
    assert there.axis_mean > 1.1 * here.axis_mean


def test_numbers_of_a_known_cloud():
    spread = joint_spread(CLOUD, COCO, "left_hip")
    std = CLOUD[:, COCO.index("left_hip")].std(0)
    assert spread.axis_mean == pytest.approx(std.mean())
    assert spread.distance == pytest.approx(np.linalg.norm(std))
    assert spread.poses == 300
    assert str(spread).startswith(f"{spread.distance:.1f} mm")


def test_identical_poses_do_not_scatter():
    spread = joint_spread(np.repeat(CLOUD[:1], 9, axis=0), COCO, "right_hip")
    assert spread.distance == pytest.approx(0, abs=1e-9)
    assert spread.axis_mean == pytest.approx(0, abs=1e-9)


def test_missing_joints_do_not_count():
    holes = np.concatenate([CLOUD, np.full((7, len(COCO), 3), np.nan)])
    assert joint_spread(holes, COCO, "left_hip") == joint_spread(CLOUD, COCO, "left_hip")
    with pytest.raises(InputError, match="'left_hip' is there in no canonical pose"):
        joint_spread(holes[300:], COCO, "left_hip")
    with pytest.raises(InputError, match="has no joint 'tail'"):
        joint_spread(CLOUD, COCO, "tail")


def test_metres_and_body_heights_to_millimetres():
    poses = lifted(5)
    metric = canonical_in_millimetres(poses)
    np.testing.assert_allclose(metric, poses.canonical * MILLIMETRES, atol=1e-3)
    heights = canonical_in_millimetres(
        replace(poses, units="body_height"), millimetres_per_unit=1700.0
    )
    np.testing.assert_allclose(heights, 1.7 * metric)


def test_the_reference_gives_each_pose_its_scale_in_any_frame():
    poses = without_frames(lifted(6), [4])
    reference = truth(lifted(6))
    reference.positions[0] *= 1.1
    reference.valid[2, 3:] = False
    scaled = canonical_in_millimetres(replace(poses, units="body_height"), reference=reference)
    metric = canonical_in_millimetres(poses)
    np.testing.assert_allclose(scaled[0], 1.1 * metric[0], rtol=1e-4, atol=0.1)
    np.testing.assert_allclose(scaled[[1, 3, 5]], metric[[1, 3, 5]], rtol=1e-4, atol=0.1)
    assert np.isnan(scaled[[2, 4]]).all()


def test_errors_are_one_sentence():
    poses = lifted(3, units="body_height")
    with pytest.raises(InputError, match="how many millimetres"):
        canonical_in_millimetres(poses)
    with pytest.raises(InputError, match="how many millimetres"):
        canonical_in_millimetres(poses, millimetres_per_unit=-1.0)
    with pytest.raises(InputError, match="leave the number out"):
        canonical_in_millimetres(poses, millimetres_per_unit=1.0, reference=truth(poses))
    with pytest.raises(InputError, match="has 3 frames"):
        canonical_in_millimetres(poses, reference=truth(lifted(4)))


@pytest.mark.parametrize("shoulders", [True, False])
def test_people_are_held_upright_whatever_the_gauge(shoulders):
    gauge = Rotation.from_euler("xyz", (100, 20, 220), degrees=True).as_matrix()
    poses = lifted(60, gauge=gauge)
    names = ("left_shoulder", "right_shoulder") if not shoulders else ()
    skeleton = COCO.without(names)
    kept = COCO.indices(skeleton.joints)
    turn = upright(poses.canonical[:, kept], poses.rotation, skeleton)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(turn) == pytest.approx(1, abs=1e-5)
    mean = (poses.canonical[:, kept] @ turn.T).mean(0)
    joint = dict(zip(skeleton.joints, mean, strict=True))
    assert joint["left_hip"][0] > joint["right_hip"][0]
    assert joint["nose"][1] < joint["pelvis"][1] < joint["left_ankle"][1]
    assert joint["nose"][2] < joint["left_ear"][2]  # looks at the reader
