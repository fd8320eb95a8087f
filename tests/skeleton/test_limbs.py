import pytest

from canonpose.skeleton import layout
from canonpose.skeleton.limbs import paired_limbs


@pytest.mark.parametrize("name", ["coco17", "body25b"])
def test_limbs_hold_each_pair_once_and_begin_at_the_trunk(name):
    skeleton = layout(name)
    limbs = paired_limbs(skeleton)
    pairs = [tuple(skeleton.joints[j] for j in pair) for limb in limbs for pair in limb]
    assert sorted(pairs) == sorted(skeleton.pairs)
    tops = [skeleton.joints[limb[0, 0]] for limb in limbs]
    assert {"left_shoulder", "left_hip"} <= set(tops)
    legs = limbs[tops.index("left_hip")]
    assert skeleton.index("left_ankle") in legs[:, 0]


def test_joints_that_do_not_count_leave_their_limbs():
    skeleton = layout("coco17")
    limbs = paired_limbs(skeleton, ["left_hip", "right_hip", "left_knee", "right_knee"])
    assert [limb.shape for limb in limbs] == [(2, 2)]
