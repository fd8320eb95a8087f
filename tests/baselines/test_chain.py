from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.baselines.chain import chained_cameras, common_joints
from canonpose.baselines.focal import bone_variation, estimate_focal
from canonpose.baselines.relative_pose import relative_pose
from canonpose.errors import InputError
from canonpose.skeleton import layout
from canonpose.solving.rig_views import RigViews, rig_views
from synthetic_people import Ring, bodies, take, turning

SKELETON = layout("coco17")
JOINTS = SKELETON.detected_only()
RING = Ring(distance=4.5)
FOCAL = 1200.0
"""Of `Ring`, whose principal point is (960, 960)."""


def seen_by(ring=RING, frames=120, seed=0, noise=0.0):
    """Views of the detected joints, and the world points."""
    world = turning(bodies(frames, SKELETON, seed=seed), seed=seed)
    views = rig_views([take(world, SKELETON, ring)], [f"c{v}" for v in range(len(ring))], JOINTS)
    random = np.random.default_rng(seed)
    positions = views.positions + noise * random.standard_normal(views.positions.shape)
    return replace(views, positions=positions, sizes=((1920, 1920),) * len(ring))


def degrees_between(first, second):
    """Angle of the rotation from one to the other."""
    return float(np.degrees(Rotation.from_matrix(first @ second.T).magnitude()))


def relative_errors(cameras, ring):
    """Degrees by which the cameras' rotations relative to the first are wrong."""
    views = sorted(cameras)
    return [
        degrees_between(
            cameras[view].rotation @ cameras[views[0]].rotation.T,
            ring.rotations[view] @ ring.rotations[views[0]].T,
        )
        for view in views[1:]
    ]


def chained(views, ring=RING, **more):
    matches = common_joints(views, 0.5, 800, 0)
    return chained_cameras(views, matches, [FOCAL] * len(ring), **more)


def test_the_relative_pose_of_two_cameras_in_the_real_handedness():
    views = seen_by()
    matches = common_joints(views, 0.5, 500, 0)
    intrinsics = np.array([[FOCAL, 0, 960], [0, FOCAL, 960], [0, 0, 1.0]])
    for (first, second), (left, right) in matches.items():
        pose = relative_pose(left, right, intrinsics, intrinsics, max_error=2.0)
        expected = RING.rotations[second] @ RING.rotations[first].T
        baseline = np.array([0, 0, 4.5]) - expected @ [0, 0, 4.5]
        assert np.linalg.det(pose.rotation) == pytest.approx(1)
        assert degrees_between(pose.rotation, expected) < 0.1
        assert pose.translation @ baseline / np.linalg.norm(baseline) > 0.99999
        assert pose.inliers == len(left)


def test_a_quarter_of_wrong_matches_does_not_matter():
    views = seen_by()
    left, right = common_joints(views, 0.5, 600, 0)[0, 1]
    right[:150] = np.random.default_rng(0).uniform(400, 1500, (150, 2))
    intrinsics = np.array([[FOCAL, 0, 960], [0, FOCAL, 960], [0, 0, 1.0]])
    pose = relative_pose(left, right, intrinsics, intrinsics, max_error=2.0)
    assert degrees_between(pose.rotation, RING.rotations[1] @ RING.rotations[0].T) < 0.2
    assert 450 <= pose.inliers < 500


def test_the_cameras_of_exact_views_and_the_lengths_of_their_baselines():
    cameras = chained(seen_by())
    assert list(cameras) == [0, 1, 2, 3]
    assert max(relative_errors(cameras, RING)) < 0.1
    centres = np.stack([camera.centre for camera in cameras.values()])
    truth = -4.5 * RING.rotations[:, 2]
    apart = np.linalg.norm(centres[:, None] - centres, axis=-1)
    expected = np.linalg.norm(truth[:, None] - truth, axis=-1)
    scale = apart.sum() / expected.sum()
    np.testing.assert_allclose(apart, scale * expected, rtol=0.01, atol=1e-9)


def test_noise_of_a_detectors_size_costs_a_few_degrees():
    assert max(relative_errors(chained(seen_by(noise=4.0, frames=300)), RING)) < 4


def test_a_camera_that_sees_nothing_is_left_out_and_others_stay():
    views = seen_by()
    scores = views.scores.copy()
    scores[2] = 0
    cameras = chained(replace(views, scores=scores))
    assert list(cameras) == [0, 1, 3]
    assert max(relative_errors(cameras, RING)) < 0.1


def test_a_camera_of_other_frames_than_the_chain_has_no_baseline():
    views = seen_by()
    scores = views.scores.copy()
    # Camera 3 shares frames with camera 0 alone, where no other camera looks.
    scores[3, :60], scores[[1, 2], 60:] = 0, 0
    assert list(chained(replace(views, scores=scores))) == [0, 1, 2]


def test_pairs_with_few_common_joints_are_not_looked_at():
    views = seen_by(frames=10)
    assert len(common_joints(views, 0.5, 1000, 0)) == 6
    assert len(common_joints(views.at(np.arange(2)), 0.5, 1000, 0)) == 0
    assert len(common_joints(replace(views, scores=views.scores * 0.4), 0.5, 1000, 0)) == 0
    assert all(len(left) == 60 for left, _ in common_joints(views, 0.5, 60, 0).values())


@pytest.mark.parametrize("cameras", [2, 3])
def test_the_focal_length_of_exact_views(cameras):
    ring = Ring(RING.yaw[:cameras], RING.pitch[:cameras], distance=4.5)
    views = seen_by(ring, frames=50)
    share = estimate_focal(views, common_joints(views, 0.5, 500, 0), JOINTS)
    assert share * 1920 == pytest.approx(FOCAL, rel=0.01)


def test_bones_that_keep_their_lengths_do_not_vary():
    world = bodies(30, SKELETON)[:, SKELETON.indices(JOINTS.joints)]
    stretched = world * np.linspace(1, 2, 30)[:, None, None]
    assert bone_variation(world, JOINTS) < 1e-9
    assert bone_variation(stretched, JOINTS) > 0.1
    assert bone_variation(5 * stretched, JOINTS) == pytest.approx(bone_variation(stretched, JOINTS))
    assert bone_variation(np.full_like(world, np.nan), JOINTS) == np.inf


def test_takes_of_a_rig_stand_in_a_row():
    world = turning(bodies(8, SKELETON))
    first, second = (take(world[part], SKELETON, RING) for part in (slice(0, 5), slice(5, 8)))
    second = replace(second, views={"c3": second.views["c3"], "c0": second.views["c0"]})
    views = rig_views([first, second], ["c0", "c1", "c3", "c9"], JOINTS)
    assert isinstance(views, RigViews)
    assert views.cameras == ("c0", "c1", "c3")
    assert views.positions.shape == (3, 8, len(JOINTS), 2)
    assert not views.scores[1, 5:].any() and np.isnan(views.positions[1, 5:]).all()
    expected = RING.see(world)[:, 3, SKELETON.indices(JOINTS.joints)]
    np.testing.assert_allclose(views.positions[2], expected, rtol=1e-5)


def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "poselib", None)
    with pytest.raises(InputError, match=r"canonpose\[baselines\]"):
        chained(seen_by(frames=10))
