from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError, InputWarning
from canonpose.inference import lift
from canonpose.inference import lift as lift_function
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.joints import NothingToLift
from canonpose.lifter.temporal import TemporalConfig, TemporalLifter, TrainedTemporal
from canonpose.skeleton import Skeleton, convert, layout
from synthetic_people import RING3, bodies, keypoints, turning

COCO = layout("coco17")


def lifter_of(skeleton=COCO, seed=0):
    torch.manual_seed(seed)
    network = Lifter(len(skeleton), LifterConfig(width=12))
    with torch.no_grad():
        network.rotation_head.weight *= 20
    return TrainedLifter(network, skeleton)


def footage(skeleton=COCO, frames=12):
    pixels = RING3.see(turning(bodies(frames, skeleton)))[:, 0]
    return keypoints(
        pixels, skeleton, "c0", fps=25.0, image_size=(1920, 1080), source="clip/c0.npz", person="a"
    )


def segment_sum(positions, skeleton):
    """Limbs and trunk, as a share of body height, by the table of Drillis and Contini."""
    bones = (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
    ends = [(f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in bones]
    at = {joint: positions[:, skeleton.index(joint)] for joint in skeleton.joints}
    limbs = sum(np.linalg.norm(at[a] - at[b], axis=-1) for a, b in ends)
    chest = (at["left_shoulder"] + at["right_shoulder"]) / 2
    hips = (at["left_hip"] + at["right_hip"]) / 2
    return limbs + np.linalg.norm(chest - hips, axis=-1)


SHARE = 2 * (0.186 + 0.146 + 0.245 + 0.246) + 0.288


def test_what_comes_out():
    seen = footage()
    poses = lift(seen, lifter_of(), device="cpu")
    assert poses.positions.shape == (12, len(COCO), 3)
    assert poses.units == "body_height"
    assert not poses.positions[:, COCO.root_index].any()
    turned = np.einsum("fkl,fjl->fjk", poses.rotation, poses.canonical)
    np.testing.assert_allclose(poses.positions, turned, atol=1e-5)
    identity = np.tile(np.eye(3), (12, 1, 1))
    np.testing.assert_allclose(poses.rotation @ poses.rotation.swapaxes(1, 2), identity, atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(poses.rotation), 1, atol=1e-5)
    np.testing.assert_array_equal(poses.keypoints, seen.positions)
    np.testing.assert_array_equal(poses.scores, seen.scores)
    for name in ("fps", "image_size", "camera", "source", "person"):
        assert getattr(poses, name) == getattr(seen, name)
    assert poses.skeleton == COCO


@pytest.mark.parametrize("height", [None, 1.0, 1.78, 0.9])
def test_every_pose_is_of_the_same_size(height):
    poses = lift(footage(), lifter_of(), subject_height=height, device="cpu")
    assert poses.units == ("body_height" if height is None else "m")
    np.testing.assert_allclose(
        segment_sum(poses.positions, COCO), SHARE * (height or 1.0), rtol=1e-4
    )


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("height", [None, 1.8])
def test_every_pose_is_of_the_same_size_when_joined_over_time_too(causal, height):
    torch.manual_seed(0)
    network = TemporalLifter(len(COCO), TemporalConfig(window=9, width=8)).eval()
    torch.nn.init.normal_(network.correction.weight)
    poses = lift(
        footage(),
        lifter_of(),
        temporal=TrainedTemporal(network, COCO),
        causal=causal,
        subject_height=height,
        device="cpu",
    )
    sizes = segment_sum(poses.positions, COCO)
    np.testing.assert_allclose(sizes, SHARE * (height or 1.0), rtol=1e-4)
    assert not poses.positions[:, COCO.root_index].any()


def test_the_subject_s_place_and_size_in_the_image_do_not_matter():
    seen = footage()
    moved = replace(seen, positions=0.3 * seen.positions + np.float32([-500, 40]))
    first, second = (lift(some, lifter_of(), device="cpu") for some in (seen, moved))
    np.testing.assert_allclose(first.positions, second.positions, atol=1e-4)


def test_every_frame_by_itself(monkeypatch):
    seen = footage()
    whole = lift(seen, lifter_of(), device="cpu")
    one = replace(seen, positions=seen.positions[5:6], scores=seen.scores[5:6])
    alone = lift(one, lifter_of(), device="cpu")
    np.testing.assert_allclose(alone.positions[0], whole.positions[5], atol=1e-5)
    monkeypatch.setitem(lift_function.__globals__, "BATCH", 5)
    parts = lift(seen, lifter_of(), device="cpu")
    np.testing.assert_allclose(parts.positions, whole.positions, atol=1e-5)


def hide(seen, frames, joints):
    positions, scores = seen.positions.copy(), seen.scores.copy()
    positions[np.ix_(frames, joints)], scores[np.ix_(frames, joints)] = np.nan, 0
    return replace(seen, positions=positions, scores=scores)


def test_frames_without_the_root_are_nan_and_others_are_what_they_were():
    seen = footage()
    whole = lift(seen, lifter_of(), device="cpu")
    poses = lift(hide(seen, [2, 7], [COCO.root_index]), lifter_of(), device="cpu")
    for name in ("positions", "canonical", "rotation"):
        values, wanted = getattr(poses, name), getattr(whole, name)
        assert np.isnan(values[[2, 7]]).all()
        rest = [0, 1, 3, 4, 5, 6, 8, 9, 10, 11]
        np.testing.assert_allclose(values[rest], wanted[rest], atol=1e-5)


def test_frames_without_another_joint_are_whole():
    poses = lift(hide(footage(), [2], [COCO.index("nose")]), lifter_of(), device="cpu")
    assert np.isfinite(poses.positions).all()
    assert poses.scores[2, COCO.index("nose")] == 0


def test_a_root_that_is_never_seen_is_said():
    seen = hide(footage(), list(range(12)), [COCO.root_index])
    with pytest.raises(NothingToLift, match=r"clip/c0\.npz: the root joint 'pelvis' is seen in no"):
        lift(seen, lifter_of(), device="cpu")


class TestOtherLayouts:
    def test_joints_are_matched_by_name(self, recwarn):
        halpe = layout("halpe26")
        seen = footage(halpe)
        positions, scores = convert(seen.positions, seen.scores, halpe, COCO)
        by_hand = replace(seen, positions=positions, scores=scores, skeleton=COCO)
        poses = lift(seen, lifter_of(), device="cpu")
        wanted = lift(by_hand, lifter_of(), device="cpu")
        np.testing.assert_array_equal(poses.positions, wanted.positions)
        assert poses.skeleton == COCO
        assert not recwarn.list

    def test_what_is_lacking_is_guessed_and_said(self):
        lifter = lifter_of(layout("halpe26"))
        with pytest.warns(InputWarning, match=r"clip/c0\.npz: lacks .*left_big_toe.* guessed"):
            poses = lift(footage(), lifter, device="cpu")
        assert np.isfinite(poses.positions).all()
        assert not poses.scores[:, poses.skeleton.index("left_big_toe")].any()

    def test_without_the_lifter_s_root_there_is_nothing(self):
        head = Skeleton("head", ("nose", "left_eye", "right_eye"), "nose")
        with pytest.raises(InputError, match=r"clip/c0\.npz: has no joint 'pelvis'"):
            lift(footage().__class__(
                positions=np.zeros((2, 3, 2), np.float32), scores=np.ones((2, 3), np.float32),
                skeleton=head, camera="c0", source="clip/c0.npz",
            ), lifter_of(), device="cpu")  # fmt: skip


@pytest.mark.parametrize("height", [0.0, -1.7, float("nan"), float("inf")])
def test_a_height_that_is_none_is_refused(height):
    with pytest.raises(InputError, match="give a positive height in metres"):
        lift(footage(), lifter_of(), subject_height=height, device="cpu")


def test_a_height_needs_limbs_or_a_trunk():
    fish = Skeleton("fish", ("head", "middle", "tail"), "middle",
                    {"head": "middle", "tail": "middle"})  # fmt: skip
    random = np.random.default_rng(0)
    seen = keypoints(random.normal(size=(4, 3, 2)), fish, "c0")
    poses = lift(seen, lifter_of(fish), device="cpu")
    assert poses.units == "bone_length"
    bones = np.linalg.norm(poses.positions[:, [0, 2]], axis=-1).sum(-1)
    np.testing.assert_allclose(bones, 1, rtol=1e-5)
    with pytest.raises(InputError, match="'fish' has no limbs or trunk"):
        lift(seen, lifter_of(fish), subject_height=0.3, device="cpu")
