import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton
from canonpose.virtual.face import FACE, head_frames, with_face
from canonpose.virtual.motion import Motion

JOINTS = (
    "pelvis", "neck", "head", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
)  # fmt: skip


def standing(frames=300, turned=0.0):
    """A body of 1.75 m that faces +z, y up, its left at +x; or turned about the vertical."""
    at = {"pelvis": (0, 0.93, 0), "neck": (0, 1.47, 0), "head": (0, 1.65, 0)}
    for side, sign in (("left", 1), ("right", -1)):
        for joint, (x, y) in {
            "shoulder": (0.2, 1.43), "elbow": (0.2, 1.1), "wrist": (0.2, 0.85),
            "hip": (0.12, 0.93), "knee": (0.12, 0.5), "ankle": (0.12, 0.07),
        }.items():  # fmt: skip
            at[f"{side}_{joint}"] = (sign * x, y, 0)
    pose = np.array([at[joint] for joint in JOINTS], dtype=float)
    pose = pose @ Rotation.from_euler("y", turned, degrees=True).as_matrix().T
    pairs = tuple((j, f"right{j[4:]}") for j in JOINTS if j.startswith("left_"))
    skeleton = Skeleton("test", JOINTS, "pelvis", {"head": "neck"}, pairs=pairs)
    return Motion("standing", np.tile(pose, (frames, 1, 1)), skeleton, fps=30.0)


def looking(motion):
    """Unit directions from the middle of the ears to the nose."""
    nose, left, right = (
        motion.positions[:, motion.skeleton.index(j)] for j in ("nose", "left_ear", "right_ear")
    )
    ahead = nose - (left + right) / 2
    return ahead / np.linalg.norm(ahead, axis=-1, keepdims=True)


@pytest.mark.parametrize("turned", [0.0, 130.0])
def test_the_face_looks_where_the_shoulders_point_and_about(turned):
    seen = with_face(standing(3000, turned), np.random.default_rng(0))
    front = Rotation.from_euler("y", turned, degrees=True).apply([0, 0, 1])
    angles = np.degrees(np.arccos(looking(seen) @ front))
    assert 10 < np.median(angles) < 35
    assert np.median(looking(seen) @ front) > 0.8


def test_the_other_joints_stay_and_the_skeleton_grows_by_a_face():
    motion = standing()
    seen = with_face(motion, np.random.default_rng(0))
    assert seen.skeleton.joints == (*JOINTS, *FACE)
    assert ("left_eye", "right_eye") in seen.skeleton.pairs
    assert seen.skeleton.parents["nose"] == "head"
    np.testing.assert_array_equal(seen.positions[:, : len(JOINTS)], motion.positions)


def test_the_face_is_rigid_and_as_large_as_a_face():
    seen = with_face(standing(), np.random.default_rng(0))
    ears = [seen.positions[:, seen.skeleton.index(f"{side}_ear")] for side in ("left", "right")]
    nose = seen.positions[:, seen.skeleton.index("nose")]
    breadth = np.linalg.norm(ears[0] - ears[1], axis=-1)
    length = np.linalg.norm(nose - sum(ears) / 2, axis=-1)
    assert breadth == pytest.approx(breadth[0])
    assert 0.13 < breadth[0] < 0.17
    assert length == pytest.approx(length[0])
    assert 0.09 < length[0] < 0.14


def test_the_head_turns_without_jumps():
    ahead = looking(with_face(standing(), np.random.default_rng(0)))
    steps = np.degrees(np.arccos(np.clip((ahead[1:] * ahead[:-1]).sum(-1), -1, 1)))
    assert steps.max() < 8


def test_derived_joints_stay_last():
    motion = standing()
    skeleton = motion.skeleton
    own = Skeleton(
        "own", (*JOINTS[1:], "pelvis"), "pelvis", {}, {"pelvis": ("left_hip", "right_hip")}
    )
    order = [skeleton.index(joint) for joint in own.joints]
    seen = with_face(
        Motion("m", motion.positions[:, order], own, fps=30.0), np.random.default_rng(0)
    )
    assert seen.skeleton.joints[-1] == "pelvis"
    hips = seen.positions[:, seen.skeleton.indices(("left_hip", "right_hip"))].mean(1)
    np.testing.assert_allclose(seen.positions[:, -1], hips)


def test_head_frames_are_rotations():
    random = np.random.default_rng(0)
    up, left = random.normal(size=(2, 50, 3))
    frames = head_frames(up, left)
    np.testing.assert_allclose(
        frames @ frames.swapaxes(-1, -2), np.tile(np.eye(3), (50, 1, 1)), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(frames), 1)
    np.testing.assert_allclose(frames[..., 1], up / np.linalg.norm(up, axis=-1, keepdims=True))
    assert ((frames[..., 0] * left).sum(-1) > 0).all()


def test_a_body_without_a_head_is_refused():
    motion = standing()
    joints = [joint for joint in JOINTS if joint != "head"]
    skeleton = Skeleton("test", tuple(joints), "pelvis")
    headless = Motion("walk", motion.positions[:, motion.skeleton.indices(joints)], skeleton, 30.0)
    with pytest.raises(InputError, match="walk: has no 'head'"):
        with_face(headless, np.random.default_rng(0))
