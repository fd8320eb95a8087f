import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.inference import lift
from canonpose.inference.body_scale import body_size
from canonpose.live.lifting import PersonLifter, in_skeleton, joint_shares
from canonpose.skeleton import Skeleton, layout, layout_names
from canonpose.skeleton.convert import complete, convert

from .stand_ins import COCO, lifter, person, temporal

names = st.sampled_from(layout_names())


@settings(max_examples=40, deadline=None)
@given(names, names, st.integers(0, 2**32 - 1))
def test_joints_are_those_of_the_readers_whatever_is_missing(source, target, seed):
    detected, wanted = layout(source), layout(target)
    random = np.random.default_rng(seed)
    seen = random.uniform(0.05, 1, (len(detected.detected), 3)).astype(np.float32)
    gone = random.random(len(seen)) < 0.2
    seen[gone] = (np.nan, np.nan, 0)
    positions, scores = convert(*complete(seen[:, :2], seen[:, 2], detected), detected, wanted)
    got, got_scores = in_skeleton(seen, joint_shares(detected, wanted))
    np.testing.assert_allclose(got_scores, scores, rtol=1e-6)
    np.testing.assert_allclose(got[scores > 0], positions[scores > 0], rtol=1e-5)
    assert np.isnan(got[scores == 0]).all()


@pytest.mark.parametrize("height", [None, 1.8])
def test_one_by_one_as_all_at_once(height):
    trained = lifter(width=32)
    people = np.stack([person(frame) for frame in range(20)])
    people[4, 3] = (np.nan, np.nan, 0)
    positions, scores = complete(people[..., :2], people[..., 2], COCO)
    together = lift(Keypoints(positions, scores, COCO), trained, subject_height=height)
    one_by_one = PersonLifter(trained, COCO, height)
    assert one_by_one.units == together.units
    for frame, seen in enumerate(people):
        alone = one_by_one.lift(seen, frame / 25)
        np.testing.assert_allclose(alone.positions, together.positions[frame], atol=1e-5)
        np.testing.assert_allclose(alone.keypoints, together.keypoints[frame], atol=1e-4)


def test_without_the_root_there_is_no_pose():
    seen = person(0)
    seen[COCO.index("left_hip")] = (np.nan, np.nan, 0)  # half of the root
    assert np.isnan(PersonLifter(lifter(), COCO).lift(seen, 0.0).positions).all()


def test_a_detector_without_the_root_is_refused():
    hips = ("left_hip", "right_hip", "pelvis")
    joints = tuple(joint for joint in COCO.detected if joint not in hips)
    detected = Skeleton("bust", joints, root="nose")
    with pytest.raises(InputError, match="'bust' has no joint 'pelvis'"):
        PersonLifter(lifter(), detected)


def test_a_height_needs_limbs():
    points = Skeleton("points", ("a", "b"), root="a", parents={"b": "a"})
    with pytest.raises(InputError, match=r"subject height 1\.8 m: skeleton 'points' has no limbs"):
        PersonLifter(lifter(points), points, 1.8)


def test_joined_over_time_every_pose_is_of_the_height_that_is_given():
    over_time = PersonLifter(lifter(width=32), COCO, 1.8, temporal())
    for frame in range(12):
        positions = over_time.lift(person(frame), frame / 30).positions
        size, _ = body_size(torch.from_numpy(positions), over_time.skeleton)
        assert float(size) == pytest.approx(1.8, rel=1e-4)


@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0, 60.0])
def test_over_time_as_a_recording_without_its_future(fps):
    trained, over_time = lifter(width=32), temporal()
    people = np.stack([person(frame) for frame in range(12)])
    positions, scores = complete(people[..., :2], people[..., 2], COCO)
    one_by_one = PersonLifter(trained, COCO, temporal=over_time)
    poses = [one_by_one.lift(seen, 7 + frame / fps).positions for frame, seen in enumerate(people)]
    for frame in (0, 3, 11):
        so_far = Keypoints(positions[: frame + 1], scores[: frame + 1], COCO, fps=fps)
        expected = lift(so_far, trained, temporal=over_time).positions[-1]
        np.testing.assert_allclose(poses[frame], expected, atol=1e-5)
    one_by_one.forget()
    np.testing.assert_allclose(one_by_one.lift(people[0], 9.0).positions, poses[0], atol=1e-5)
