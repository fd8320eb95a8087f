import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonpose.errors import InputError
from canonpose.skeleton import layout, layout_names, layout_of_joint_names, read_skeleton

COUNTS = {
    "body25": 25,
    "body25b": 25,
    "coco17": 17,
    "coco18": 18,
    "blazepose": 21,
    "halpe26": 26,
    "human36m": 17,
    "mpi_inf_3dhp": 17,
}


def test_the_layouts_that_the_readers_promise():
    assert set(layout_names()) == {*COUNTS, "canonpose16"}
    for name, count in COUNTS.items():
        assert len(layout(name).detected) == count
    assert len(layout("canonpose16")) == 16


@pytest.mark.parametrize("name", layout_names())
def test_every_layout_has_what_the_method_needs(name):
    skeleton = layout(name)
    assert skeleton.name == name
    assert skeleton.root == "pelvis"
    assert {"neck", "left_hip", "right_hip", "left_knee", "right_elbow"} <= set(skeleton.joints)
    lefts = [joint for joint in skeleton.joints if joint.startswith("left_")]
    assert len(skeleton.pairs) == len(lefts)


@given(st.sampled_from(layout_names()).map(layout))
def test_a_layout_is_found_by_its_joint_names(skeleton):
    assert layout_of_joint_names(skeleton.detected) == skeleton


@given(st.permutations(layout("coco17").detected))
def test_names_in_another_order_keep_that_order(names):
    found = layout_of_joint_names(names)
    assert found is not None
    assert found.detected == tuple(names)
    assert set(found.joints) == set(layout("coco17").joints)


def test_fewer_joints_are_a_layout_of_their_own():
    names = [n for n in layout("coco17").detected if "e" not in n.split("_")[-1][:1]]
    found = layout_of_joint_names(names)
    assert found is not None
    assert found.detected == tuple(names)
    assert "left_eye" not in found
    assert found.root == "pelvis"


@pytest.mark.parametrize("names", [["nose", "tail"], ["left_wrist", "left_elbow"]])
def test_names_that_no_layout_holds(names):
    assert layout_of_joint_names(names) is None


def test_own_skeleton_from_a_toml_file(tmp_path):
    path = tmp_path / "dog.toml"
    path.write_text(
        'name = "dog"\nroot = "hips"\njoints = ["left_paw", "right_paw", "snout"]\n'
        '[derived]\nhips = ["left_paw", "right_paw"]\n[parents]\nsnout = "hips"\n'
    )
    dog = read_skeleton(path)
    assert dog.joints == ("left_paw", "right_paw", "snout", "hips")
    assert dog.pairs == (("left_paw", "right_paw"),)
    assert read_skeleton(str(path)) == dog
    assert read_skeleton("coco17") is layout("coco17")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read .*; check the path"),
        ("joints = ", "is not a TOML file .*; correct it there"),
        ("joints = ['a']", "skeleton 'own': entry 'root' must be a str"),
    ],
)
def test_a_toml_file_that_is_no_skeleton(tmp_path, text, said):
    path = tmp_path / "own.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=rf"own\.toml: {said}"):
        read_skeleton(path)


def test_unknown_layout_lists_what_there_is():
    with pytest.raises(
        InputError, match=r"unknown layout 'coco71': use one of blazepose, body25, .*TOML"
    ):
        read_skeleton("coco71")
