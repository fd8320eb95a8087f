import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from canonpose.errors import InputError
from canonpose.readers import read_keypoints
from canonpose.skeleton import layout
from synthetic_files import COCO, body, view, write_npz

SEEN = view(body(12, seed=0), 30)


def test_reads_what_was_written_and_appends_the_derived_joints(tmp_path):
    keypoints = read_keypoints(write_npz(tmp_path / "c07.npz", SEEN))
    assert keypoints.positions.dtype == keypoints.scores.dtype == np.float32
    assert keypoints.skeleton == COCO
    np.testing.assert_allclose(keypoints.positions[:, :17], SEEN[..., :2], rtol=1e-5)
    hips = SEEN[:, COCO.indices(["left_hip", "right_hip"]), :2].mean(1)
    np.testing.assert_allclose(keypoints.positions[:, COCO.root_index], hips, rtol=1e-5)
    assert (keypoints.fps, keypoints.image_size) == (60.0, (1920, 1080))
    assert keypoints.camera == "c07"
    assert keypoints.source == str(tmp_path / "c07.npz")
    assert keypoints.person == "the only person: seen in 12 of 12 frames"


def test_the_rate_is_that_of_the_times_where_it_is_not_told(tmp_path):
    times = 100 + np.arange(12) / 25
    path = write_npz(tmp_path / "c.npz", SEEN, fps=None, times=times)
    assert read_keypoints(path).fps == pytest.approx(25)
    assert read_keypoints(write_npz(path, SEEN, times=times)).fps == 60
    assert read_keypoints(write_npz(path, SEEN, fps=None)).fps is None
    one = write_npz(path, SEEN[:1], fps=None, times=times[:1])
    assert read_keypoints(one).fps is None


def test_missing_is_nan_with_score_0_whichever_of_the_two_says_so(tmp_path):
    seen = SEEN.copy()
    seen[3, 5, 0] = np.nan
    seen[4, 6, 2] = 0
    seen[5, 7, 2] = np.nan
    seen[6, 8, 2] = 1.7
    keypoints = read_keypoints(write_npz(tmp_path / "c.npz", seen))
    for frame, joint in ((3, 5), (4, 6), (5, 7)):
        assert np.isnan(keypoints.positions[frame, joint]).all()
        assert keypoints.scores[frame, joint] == 0
    assert keypoints.scores[6, 8] == 1
    assert keypoints.seen.sum() == 12 * 19 - 3 - 2  # two necks go with their shoulders


def test_joints_are_matched_by_name_not_by_place(tmp_path):
    order = np.random.default_rng(0).permutation(17)
    path = write_npz(tmp_path / "c.npz", SEEN[:, order], joint_names=np.array(COCO.detected)[order])
    keypoints = read_keypoints(path, layout="coco17")
    np.testing.assert_allclose(keypoints.positions[:, :17], SEEN[..., :2], rtol=1e-5)
    by_itself = read_keypoints(path)
    wrist = by_itself.skeleton.index("left_wrist")
    np.testing.assert_allclose(
        by_itself.positions[:, wrist], SEEN[:, COCO.index("left_wrist"), :2], rtol=1e-5
    )


def test_own_skeleton_from_toml(tmp_path):
    toml = tmp_path / "own.toml"
    toml.write_text('name = "dog"\nroot = "tail"\njoints = ["snout", "tail"]\n')
    path = write_npz(tmp_path / "c.npz", SEEN[:, :2], joint_names=np.array(["tail", "snout"]))
    keypoints = read_keypoints(path, layout=toml)
    assert keypoints.skeleton.joints == ("snout", "tail")
    np.testing.assert_allclose(keypoints.positions[:, 1], SEEN[:, 0, :2], rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"keypoints": None}, "has no entry 'keypoints'"),
        ({"joint_names": None}, "pass the layout"),
        ({"joint_names": np.array(["foo", *COCO.detected[1:]])}, "unknown joint names foo; descri"),
        ({"joint_names": np.array(["nose"] * 17)}, "joint 'nose' is named twice"),
        ({"joint_names": np.array(COCO.detected[:5])}, "joint_names must be 17 strings"),
        ({"joint_names": np.array(COCO.detected, dtype=object)}, "'joint_names' holds pickled"),
        ({"keypoints": np.zeros((12, 17, 3))}, r"shape \(frames, joints, 2\), not \(12, 17, 3\)"),
        ({"keypoints": np.array(["a"])}, "must be plain numbers"),
        ({"scores": np.zeros((11, 17))}, r"scores must have the shape \(12, 17\)"),
        ({"scores": np.zeros((12, 17))}, "no joint is detected with a confidence above 0"),
        ({"keypoints": np.full((12, 17, 2), np.nan)}, "no joint is detected .* run the detector"),
        ({"keypoints": np.full((12, 17, 2), np.inf)}, "frame 0 holds an infinite value; write NaN"),
        ({"fps": -5.0}, "fps must be a number above 0"),
        ({"image_size": np.array([0, 5])}, "image_size must be"),
    ],
)
def test_entries_that_do_not_fit(tmp_path, changes, said):
    path = write_npz(tmp_path / "c03.npz", SEEN, **changes)
    with pytest.raises(InputError, match=said) as caught:
        read_keypoints(path)
    assert str(path) in str(caught.value)


@settings(deadline=None, max_examples=40)
@given(share=st.floats(0, 0.999))
@example(share=0.0008)  # the first two letters of a zip
def test_a_truncated_file_is_an_input_error_wherever_it_ends(tmp_path_factory, share):
    path = write_npz(tmp_path_factory.mktemp("cut") / "c01.npz", SEEN)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match=r"c01\.npz: .*; (copy or write|give an npz file)"):
        read_keypoints(path)


class _Trap:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("name", ["c01.npz", "c01.pkl"])
def test_a_pickle_is_named_and_never_opened(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(_Trap()))
    with pytest.raises(InputError, match=r"is a pickle, which canonpose never opens.*savez"):
        read_keypoints(path)


def test_foreign_files_under_the_name_npz(tmp_path):
    path = tmp_path / "c01.npz"
    path.write_text("hello")
    with pytest.raises(InputError, match="is no npz file; give an npz file with 2D keypoints"):
        read_keypoints(path)
    np.save(tmp_path / "x.npy", SEEN)
    with pytest.raises(InputError, match=r"single array \(npy\); give"):
        read_keypoints(tmp_path / "x.npy")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("keypoints", b"not an array")
    with pytest.raises(InputError, match="truncated or damaged; copy"):
        read_keypoints(path)


def test_a_layout_that_the_file_does_not_fill(tmp_path):
    path = write_npz(tmp_path / "c01.npz", SEEN)
    with pytest.raises(InputError, match=r"'halpe26' needs the joints head_top.*pass the layout"):
        read_keypoints(path, layout=layout("halpe26"))
    with pytest.raises(InputError, match=r"unknown layout 'coco71'.*coco17"):
        read_keypoints(path, layout="coco71")


def test_lifted_poses_are_no_detections(tmp_path):
    path = write_npz(
        tmp_path / "c01.npz", SEEN, canonical=np.zeros((12, 17, 3)), rotation=np.zeros((12, 3, 3))
    )
    said = r"c01\.npz: holds lifted poses of canonpose lift, no detections; .* out of the take"
    with pytest.raises(InputError, match=said):
        read_keypoints(path)
