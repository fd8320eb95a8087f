import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton, layout, layout_names

layouts = st.sampled_from(layout_names()).map(layout)


@given(layouts)
def test_mirroring_twice_changes_nothing(skeleton):
    swap = skeleton.mirror_indices
    np.testing.assert_array_equal(swap[swap], np.arange(len(skeleton)))
    for place, joint in enumerate(skeleton.joints):
        other = skeleton.joints[swap[place]]
        assert other == joint.replace("left_", "R").replace("right_", "left_").replace(
            "R", "right_"
        )


@given(layouts)
def test_sides_come_from_the_pairs(skeleton):
    for joint, side in zip(skeleton.joints, skeleton.sides, strict=True):
        first = joint.split("_")[0]
        assert side == (first if first in ("left", "right") else "middle")


@given(layouts)
def test_bones_join_every_joint_to_the_root(skeleton):
    assert len(skeleton.bones) == len(skeleton) - 1
    for joint in skeleton.joints:
        while joint in skeleton.parents:
            joint = skeleton.parents[joint]
        assert joint == skeleton.root
    names = [tuple(skeleton.joints[i] for i in pair) for pair in skeleton.bone_indices]
    assert names == list(skeleton.bones)


@given(layouts)
def test_dict_and_back(skeleton):
    again = Skeleton.from_dict(skeleton.to_dict())
    assert again == skeleton
    assert hash(again) == hash(skeleton)


@given(layouts)
def test_what_was_detected_alone(skeleton):
    alone = skeleton.detected_only()
    assert alone.joints == skeleton.detected
    assert set(alone.bones) == {
        (parent, joint)
        for parent, joint in skeleton.bones
        if not {parent, joint} & {*skeleton.derived}
    }


@given(layouts, st.data())
def test_left_out_joints_go_and_nothing_hangs_on_them(skeleton, data):
    gone = data.draw(st.sets(st.sampled_from(skeleton.joints)))
    sources = set(skeleton.derived.get(skeleton.root, ()))
    if skeleton.root in gone or sources & gone:
        with pytest.raises(InputError, match=f"its root '{skeleton.root}' cannot be left out"):
            skeleton.without(sorted(gone))
        return
    kept = skeleton.without(sorted(gone))
    assert not gone & set(kept.joints)
    lost = set(skeleton.joints) - set(kept.joints) - gone
    assert all(set(skeleton.derived[joint]) & gone for joint in lost)
    assert len(kept.bones) == len(kept) - 1
    assert Skeleton.from_dict(kept.to_dict()) == kept


def test_children_of_a_joint_left_out_hang_on_the_next_one_up():
    kept = layout("coco17").without(["left_knee"])
    assert kept.parents["left_ankle"] == "left_hip"
    assert ("left_knee", "right_knee") not in kept.pairs
    assert kept.mirror_indices[kept.index("right_knee")] == kept.index("right_knee")


def test_what_a_joint_hangs_on():
    skeleton = layout("coco17")
    assert [*skeleton.ancestors("left_ankle")] == ["left_knee", "left_hip", "pelvis"]
    assert not [*skeleton.ancestors(skeleton.root)]
    assert skeleton.nearest_known("left_ankle", skeleton) == "left_ankle"
    assert skeleton.nearest_known("left_ankle", {"pelvis", "left_hip"}) == "left_hip"
    assert skeleton.nearest_known("left_ankle", ()) is None


def test_names_alone():
    names = Skeleton.of_names("names", ("b", "left_a"))
    assert (names.joints, names.root) == (("b", "left_a"), "b")
    assert not (names.parents or names.derived or names.pairs)


def own(**changes):
    table = {"name": "own", "root": "a", "joints": ["a", "b", "c"], "parents": {"b": "a"}}
    return {k: v for k, v in (table | changes).items() if v is not None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"joints": None}, "entry 'joints' must be a list"),
        ({"joints": ["a", 3]}, "every entry of joints must be a string"),
        ({"joints": ["a", "b", "b"]}, "joint 'b' is listed twice"),
        ({"root": None}, "entry 'root' must be a str"),
        ({"root": "d"}, "root names 'd', which is not among its joints"),
        ({"parents": []}, "entry 'parents' must be a table"),
        ({"parents": {"b": "x"}}, "parents names 'x'"),
        ({"parents": {"a": "b", "b": "a"}}, "the parents of 'a' form a circle"),
        ({"pairs": ["ab", 3]}, r"every entry of pairs must be \[left, right\]"),
        ({"pairs": [["a", "z"]]}, "pairs names 'z'"),
        ({"pairs": [["a", "b"], ["b", "c"]]}, "joint 'b' is in pairs twice"),
        ({"derived": {"m": "a"}}, "every entry of derived must be a list"),
        ({"derived": {"m": ["q"]}}, "derived names 'q'"),
        ({"derived": {"m": []}}, "derived joint 'm' must be the mean of one or more"),
        ({"derived": {"m": ["a"], "n": ["m"]}}, "derived joint 'n' must be the mean"),
        ({"colour": "red"}, "unknown entry 'colour'; entries are derived, joints"),
    ],
)
def test_a_table_that_is_no_skeleton(changes, said):
    with pytest.raises(InputError, match=f"skeleton 'own': .*{said}"):
        Skeleton.from_dict(own(**changes))


def test_pairs_follow_from_names_unless_given():
    joints = ["left_ear", "right_ear", "left_eye", "tail"]
    table = {"name": "cat", "root": "tail", "joints": joints}
    assert Skeleton.from_dict(table).pairs == (("left_ear", "right_ear"),)
    assert Skeleton.from_dict(table | {"pairs": []}).pairs == ()


def test_unknown_joints_are_named():
    with pytest.raises(InputError, match="skeleton 'coco17' has no joint 'tail'; it has nose"):
        layout("coco17").index("tail")
