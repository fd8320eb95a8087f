import numpy as np

from canonpose.skeleton import layout
from canonpose.solving.sequence.bones import bone_ends, measured, stretch

SKELETON = layout("coco17")


def named(ends):
    return {tuple(sorted((SKELETON.detected[a], SKELETON.detected[b]))) for a, b in ends}


def test_bones_join_detected_joints_and_those_around_a_derived_one():
    bones = named(bone_ends(SKELETON))
    assert ("left_elbow", "left_shoulder") in bones
    assert ("left_hip", "right_hip") in bones
    assert ("left_shoulder", "right_shoulder") in bones
    assert not any("pelvis" in bone for bone in bones)


def test_lengths_are_those_of_the_median_moment_and_unseen_bones_have_none():
    joints = np.zeros((3, 3, 3))
    joints[:, 1, 0] = [1, 2, 9]
    joints[:, 2] = np.nan
    bones = measured(joints, np.array([[0, 1], [1, 2]]))
    np.testing.assert_array_equal(bones.ends, [[0, 1]])
    np.testing.assert_allclose(bones.lengths, [2])
    off = stretch(np.nan_to_num(joints), bones)
    np.testing.assert_allclose(off.values[:, 0], [-1, 0, 7])
    np.testing.assert_allclose(off.along[:, 0], [[1, 0, 0]] * 3)
