from pathlib import Path

import numpy as np
import pytest

from canonpose.datasets.human36m.joints import detected_joints, of_release, selected
from canonpose.errors import InputError
from canonpose.skeleton import layout
from datasets.human36m.files import marked

USED, JOINTS = layout("human36m"), layout("canonpose16")


def test_canonpose16_is_human36m_without_the_spine():
    without = USED.without(["spine"])
    assert set(without.joints) == set(JOINTS.joints)
    assert dict(without.parents) == dict(JOINTS.parents)
    assert set(without.pairs) == set(JOINTS.pairs)


@pytest.mark.parametrize("space", [2, 3])
def test_32_joints_17_and_flat_ones_are_the_same(space):
    positions = np.random.default_rng(0).normal(size=(4, len(USED), space))
    expected = positions[:, USED.indices(JOINTS.joints)].astype(np.float32)
    every = marked(positions)
    for given in (positions, every, every.reshape(4, -1)):
        np.testing.assert_array_equal(of_release(given, space, JOINTS, "file"), expected)
    for wrong in (positions[:, :16], every[..., :1], every[0, 0], np.array(["a"])):
        with pytest.raises(
            InputError, match=rf"file: holds .* \[frame, 32, {space}\] or \[frame, 17"
        ):
            of_release(wrong, space, JOINTS, "file")


MPII_PAIRS = [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]]
USED_PAIRS = [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]]


@pytest.mark.parametrize(
    ("file", "pairs", "named"),
    [
        ("data_2d_h36m_cpn_ft_h36m_dbb.npz", USED_PAIRS, {0: "pelvis", 7: "spine", 9: "nose"}),
        ("data_2d_h36m_sh_ft_h36m.npz", MPII_PAIRS, {7: "spine", 8: "neck", 10: "right_wrist"}),
        ("data_2d_h36m_sh_pt_mpii.npz", MPII_PAIRS, {6: "pelvis", 7: "neck", 9: "head_top"}),
    ],
)
def test_the_joints_of_detectors(file, pairs, named):
    count = max(max(side) for side in pairs) + 1
    joints = detected_joints({"num_joints": count, "keypoints_symmetry": pairs}, Path(file))
    assert len(joints) == count
    assert {place: joints[place] for place in named} == named
    for side, name in zip(pairs, ("left_", "right_"), strict=True):
        assert all(joints[place].startswith(name) for place in side)


def test_selected_joints_go_by_name():
    names = ("right_hip", "pelvis", "neck")
    skeleton = layout("canonpose16").without(
        [joint for joint in JOINTS.joints if joint not in ("pelvis", "neck")]
    )
    pixels = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(selected(pixels, names, skeleton, "file"), pixels[:, 1:])
    with pytest.raises(InputError, match=r"file: holds .* where \[frame, 3, 2\] belongs"):
        selected(pixels[:, :2], names, skeleton, "file")
