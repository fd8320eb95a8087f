import pytest

from canonpose.anatomy.rules import usable_rules
from canonpose.virtual.joint_names import our_names, skeleton_of

LIMBS = {
    "UpLeg": "hip",
    "Leg": "knee",
    "Foot": "ankle",
    "ToeBase": "big_toe",
    "Arm": "shoulder",
    "ForeArm": "elbow",
    "Hand": "wrist",
}


@pytest.mark.parametrize("prefix", ["", "mixamorig:", "skeleton:person:"])
@pytest.mark.parametrize("side", ["Left", "Right"])
def test_common_bvh_names(prefix, side):
    names = [f"{prefix}{side}{limb}" for limb in LIMBS]
    wanted = tuple(f"{side.lower()}_{joint}" for joint in LIMBS.values())
    assert our_names(names) == wanted


def test_a_shoulder_beside_an_arm_is_the_collar_bone():
    assert our_names(["LeftShoulder", "LeftArm"]) == ("LeftShoulder", "left_shoulder")
    assert our_names(["LeftShoulder"]) == ("left_shoulder",)


def test_a_foot_beside_an_ankle_is_not_the_ankle():
    assert our_names(["left_ankle", "left_foot"]) == ("left_ankle", "left_foot")


def test_joint_centres_of_gait_models():
    assert our_names(["LHJC", "RKJC", "LTOE", "LFHD"]) == (
        "left_hip",
        "right_knee",
        "left_big_toe",
        "LFHD",
    )


def test_names_are_never_given_twice():
    names = our_names(["Hips", "hip", "root", "Spine", "Spine1", "Spine2", "LeftArm", "lShldr"])
    assert len(set(names)) == len(names)


def test_a_skeleton_lets_anatomy_vote():
    names = our_names(["Hips", *(f"{s}{limb}" for s in ("Left", "Right") for limb in LIMBS)])
    skeleton = skeleton_of(names, {}, "motion")
    assert {rule.kind for rule in usable_rules(skeleton)} == {"knees", "elbows", "toes"}
    assert ("left_knee", "right_knee") in skeleton.pairs
    assert skeleton.parents["left_wrist"] == "left_elbow"
    assert skeleton.parents["left_shoulder"] == "pelvis"


def test_the_files_hierarchy_comes_first():
    skeleton = skeleton_of(("pelvis", "neck", "head"), {"head": "pelvis"}, "motion")
    assert dict(skeleton.parents) == {"head": "pelvis"}


def test_without_pelvis_and_hips_there_is_no_skeleton():
    assert skeleton_of(("left_knee", "head"), {}, "motion") is None
    assert skeleton_of(("LASI", "RASI", "LPSI", "RPSI"), {}, "motion").root == "pelvis"
