import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.datasets.human36m import read
from canonpose.datasets.human36m.lazy import Lazy
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from datasets.human36m import files
from datasets.human36m.files import ACTIONS, CAMERAS, FRAMES, JOINTS, USED

SIXTEEN = USED.indices(JOINTS.joints)
HOURGLASS = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("pelvis", "spine", "neck", "head_top"),
    *("right_wrist", "right_elbow", "right_shoulder"),
    *("left_shoulder", "left_elbow", "left_wrist"),
)
TRAINING = ["S5", "S6", "S7", "S8"]


def everything(folder, *, detector="cpn_ft_h36m_dbb"):
    files.write_cameras(folder / "cameras.h5")
    files.write_positions(folder)
    files.write_pixels(folder, "gt")
    files.write_pixels(folder, detector)
    return folder


@pytest.fixture(scope="module")
def videopose(tmp_path_factory):
    return everything(tmp_path_factory.mktemp("videopose"))


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    files.write_release(folder)
    files.write_cameras(folder / "human36m_cameras.h5")
    return folder


def names(takes):
    return [one.take.name for one in takes]


def of(subjects):
    return [f"{subject}/{action}" for subject in subjects for action in ACTIONS]


def assert_protocol(dataset, *, every=64):
    assert dataset.name == "human36m"
    assert names(dataset.training) == of(TRAINING)
    assert names(dataset.test) == of(["S9", "S11"])
    assert names(dataset.morphing) == of(["S1"])
    assert dataset.cameras == CAMERAS
    assert dataset.skeleton == JOINTS
    assert dataset.scored_joints == JOINTS.joints
    assert dataset.static_cameras
    for one in (*dataset.training, *dataset.test, *dataset.morphing):
        assert one.take.rig == one.take.subject == one.take.name.split("/")[0]
        frames = FRAMES[one.take.name.split("/")[1]]
        tested = one.take.subject in ("S9", "S11")
        assert len(one.take) == (len(range(0, frames, every)) if tested else frames)
        for view in one.take.views.values():
            assert view.positions.dtype == view.scores.dtype == np.float32
            assert view.skeleton == JOINTS
            assert view.fps == (50 / every if tested else 50)


def assert_true(one, *, every=1, tolerance=0.02):
    """The truth is that of the fixture, in each camera."""
    subject, action = one.take.name.split("/")
    assert list(one.truth_3d) == list(one.truth_2d) == list(one.take.views)
    for camera in one.take.views:
        calibrated = files.RIGS[subject][camera]
        seen = 1000 * calibrated.to_camera(files.world(subject, action)[::every] / 1000)
        reference = one.truth_3d[camera]
        assert reference.joints == JOINTS.joints
        assert reference.valid.all()
        assert reference.positions.dtype == np.float32
        np.testing.assert_allclose(reference.positions, seen[:, SIXTEEN], atol=0.02)
        exact = one.truth_2d[camera]
        pixels = files.exact(subject, action, camera)[::every, SIXTEEN]
        np.testing.assert_allclose(exact.positions, pixels, atol=tolerance)
        assert (exact.scores == 1).all()
        assert exact.image_size == calibrated.size


def assert_detected(one, see, *, every=1):
    subject, action = one.take.name.split("/")
    for camera, view in one.take.views.items():
        pixels = see(subject, action, camera)[::every, SIXTEEN]
        np.testing.assert_allclose(view.positions, pixels, atol=0.02)
        assert (view.scores == 1).all()


def test_videopose_under_the_papers_protocol(videopose):
    dataset = read_dataset("human36m", videopose)
    assert_protocol(dataset)
    for one in (*dataset.training, *dataset.morphing):
        assert_detected(one, files.detected)
        assert_true(one)
    for one in dataset.test:
        assert_detected(one, files.detected, every=64)
        assert_true(one, every=64)
    said = "\n".join(dataset.notes)
    assert "cpn_ft_h36m_dbb.npz: holds no confidences, so every joint detected has score 1" in said
    assert "tested on every 64th frame, over 16 joints" in said


def test_the_test_frames_can_be_more(videopose):
    dataset = read(videopose, every=1)
    assert_protocol(dataset, every=1)
    for one in dataset.test:
        assert_true(one)
    with pytest.raises(InputError, match="every must be 1 or more, not 0"):
        read(videopose, every=0)


def test_positions_of_17_joints_and_no_exact_file(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path, joints=17)
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb")
    dataset = read(tmp_path)
    assert_protocol(dataset)
    for one in dataset.training:
        assert_detected(one, files.detected)
        assert_true(one)


@pytest.mark.parametrize("with_gt", [True, False])
def test_exact_2d_stands_in_for_detections(tmp_path, with_gt):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    if with_gt:
        files.write_pixels(tmp_path, "gt")
    dataset = read(tmp_path)
    assert_protocol(dataset)
    for one in (*dataset.training, *dataset.morphing):
        assert_detected(one, files.exact)
        assert_true(one)
    assert "there is no data_2d_h36m_<detector>.npz, so the exact 2D stands in" in dataset.notes[0]


def test_one_exact_detector_by_name(videopose):
    for one in read(videopose, detector="gt").training:
        assert_detected(one, files.exact)


def test_the_release(release):
    dataset = read(release)
    assert_protocol(dataset)
    for one in (*dataset.training, *dataset.morphing):
        assert_detected(one, files.exact)
        assert_true(one)
    assert "MyPoseFeatures" in dataset.training[0].truth_3d[CAMERAS[0]].source


def test_the_release_with_detections_of_videopose(release, tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb")
    for subject in files.SUBJECTS:
        (tmp_path / subject).symlink_to(release / subject)
    dataset = read(tmp_path)
    assert_protocol(dataset)
    for one in dataset.training:
        assert_detected(one, files.detected)
        assert_true(one)
    exact = dataset.training[0].truth_2d[CAMERAS[0]]
    assert "D2_Positions" in exact.source


def test_the_older_archive(tmp_path):
    files.write_archive(tmp_path)
    files.write_cameras(tmp_path / "h36m" / "cameras.h5")
    dataset = read(tmp_path)
    assert_protocol(dataset)
    for one in dataset.training:
        assert_detected(one, files.exact)
        assert_true(one)


def test_the_authors_detections_are_trained_on(videopose, tmp_path):
    for path in videopose.iterdir():
        (tmp_path / path.name).symlink_to(path)
    table = files.authors_table()
    order = np.random.default_rng(0).permutation(len(table["subjects"]))
    for name in ("poses_2d_pred", "confidences"):
        table[name] = {camera: values[order] for camera, values in table[name].items()}
    table["subjects"] = [table["subjects"][place] for place in order]
    files.write_authors(tmp_path, table)
    dataset = read(tmp_path)
    assert names(dataset.training) == TRAINING
    assert names(dataset.test) == of(["S9", "S11"])
    assert names(dataset.morphing) == of(["S1"])
    for one in dataset.training:
        assert one.take.rig == one.take.subject == one.take.name
        assert not one.truth_2d
        assert not one.truth_3d
        mine = np.array(table["subjects"]) == int(one.take.subject[1:])
        for camera, view in one.take.views.items():
            written = table["poses_2d_pred"][camera][mine]
            np.testing.assert_allclose(view.positions[..., 0], written[:, :16], rtol=1e-6)
            np.testing.assert_allclose(view.positions[..., 1], written[:, 16:], rtol=1e-6)
            confidences = table["confidences"][camera][mine].clip(0, 1)
            np.testing.assert_allclose(view.scores, confidences, rtol=1e-6)
    for one in dataset.test:
        assert_detected(one, files.detected, every=64)
        assert_true(one, every=64)
    assert "trained on detections.pickle of the paper's authors" in dataset.notes[0]


def test_the_authors_detections_with_the_release(release, tmp_path):
    for path in release.iterdir():
        (tmp_path / path.name).symlink_to(path)
    files.write_authors(tmp_path)
    dataset = read(tmp_path)
    assert names(dataset.training) == TRAINING
    for one in dataset.test:
        assert_detected(one, files.exact, every=64)
    assert "exact 2D stands in for detections in the test" in "\n".join(dataset.notes)


def test_the_authors_detections_alone_can_be_trained_on(tmp_path):
    files.write_authors(tmp_path)
    dataset = read(tmp_path)
    assert names(dataset.capture().takes and dataset.training) == TRAINING
    assert dataset.test == dataset.morphing == ()
    assert "there is no 3D, so there is nothing to test on" in "\n".join(dataset.notes)


def test_detections_alone_can_be_trained_on(tmp_path):
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb")
    dataset = read(tmp_path)
    assert names(dataset.training) == of(TRAINING)
    assert dataset.test == ()
    for one in dataset.training:
        assert_detected(one, files.detected)
        assert not one.truth_2d


def test_every_view_of_every_row_of_the_study(videopose):
    dataset = read(videopose)
    exact = dataset.with_true_2d()
    for one in (*exact.training, *exact.test):
        assert_detected(one, files.exact, every=64 if one.take.subject in ("S9", "S11") else 1)
    capture = dataset.without_confidences().capture(CAMERAS[:2])
    assert len(capture) == 4 * sum(FRAMES.values())
    assert {take.rig for take in capture.takes} == set(TRAINING)


def test_a_detector_without_a_nose(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    files.write_pixels(tmp_path, "gt")
    files.write_pixels(tmp_path, "sh_ft_h36m", joints=HOURGLASS)
    dataset = read(tmp_path)
    assert set(JOINTS.joints) - set(dataset.skeleton.joints) == {"nose"}
    assert dataset.scored_joints == dataset.skeleton.joints
    assert "over 15 joints, for the detector has no nose" in "\n".join(dataset.notes)
    one = dataset.test[0]
    subject, action = one.take.name.split("/")
    chosen = USED.indices(dataset.skeleton.joints)
    for camera in CAMERAS:
        pixels = files.exact(subject, action, camera)[::64, chosen]
        np.testing.assert_allclose(one.truth_2d[camera].positions, pixels, atol=0.02)
        np.testing.assert_allclose(one.take.views[camera].positions, pixels, atol=20)
        assert one.truth_2d[camera].skeleton == dataset.skeleton
    files.write_authors(tmp_path)
    with pytest.raises(InputError, match=r"sh_ft_h36m\.npz: has no nose, which detections\.pickle"):
        read(tmp_path)


def views_of(see):
    return {s: {a: [see(s, a, c) for c in CAMERAS] for a in ACTIONS} for s in files.SUBJECTS}


@pytest.mark.parametrize("how", ["shorter list", "none", "empty", "by name"])
def test_a_take_that_lacks_a_camera(tmp_path, how):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    table = views_of(files.detected)
    views = table["S11"]["Directions"]
    table["S11"]["Directions"] = {
        "shorter list": views[1:],
        "none": [None, *views[1:]],
        "empty": [np.empty((0, 17, 2)), *views[1:]],
        "by name": dict(zip(CAMERAS[1:], views[1:], strict=True)),
    }[how]
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb", table=table)
    dataset = read(tmp_path)
    one = next(one for one in dataset.test if one.take.name == "S11/Directions")
    assert tuple(one.take.views) == tuple(one.truth_3d) == CAMERAS[1:]
    assert_true(one, every=64)
    assert dataset.notes[-1] == "S11/Directions: has no camera 54138969"


def test_a_recording_that_only_one_source_has(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    table = views_of(files.detected)
    del table["S1"]
    table["S11"]["Directions"] = [None] * 4
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb", table=table)
    dataset = read(tmp_path)
    assert names(dataset.test) == [*of(["S9"]), "S11/WalkDog 1"]
    assert dataset.morphing == ()
    said = "\n".join(dataset.notes)
    assert "S1/Directions, S1/WalkDog 1, S11/Directions: left out, for only" in said
    assert "S1 is not there, so skeleton morphing cannot be learned" in said


def test_videos_that_go_on_after_the_motion_capture_stopped(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb", longer=9)
    assert_protocol(read(tmp_path))
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb", longer=101)
    with pytest.raises(
        InputError, match="S1/Directions: camera 54138969 has 167 frames and the 3D"
    ):
        read(tmp_path)


def test_a_detection_file_shorter_than_the_3d(tmp_path):
    files.write_cameras(tmp_path / "cameras.h5")
    files.write_positions(tmp_path)
    table = views_of(files.detected)
    table["S5"]["Directions"] = [view[:60] for view in table["S5"]["Directions"]]
    files.write_pixels(tmp_path, "cpn_ft_h36m_dbb", table=table)
    one = read(tmp_path).training[0]
    assert len(one.take) == len(one.truth_3d[CAMERAS[0]]) == len(one.truth_2d[CAMERAS[0]]) == 60


def test_the_exact_2d_is_what_each_camera_sees_of_its_3d(release):
    one = read(release).training[0]
    for camera, exact in one.truth_2d.items():
        there = files.RIGS["S5"][camera]
        still = Camera(camera, there.size, there.matrix, there.distortion, np.eye(3), np.zeros(3))
        seen = still.project(one.truth_3d[camera].positions / 1000)
        np.testing.assert_allclose(seen, exact.positions, atol=0.02)


def test_the_truth_of_training_is_worked_out_when_asked_for_and_that_of_tests_is_held(videopose):
    dataset = read(videopose)
    for one in (*dataset.training, *dataset.morphing):
        assert isinstance(one.truth_2d, Lazy)
        assert isinstance(one.truth_3d, Lazy)
    for one in dataset.test:
        held = (*one.truth_2d.values(), *one.truth_3d.values(), *one.take.views.values())
        # Arrays of their own, or else the whole recordings could not be let go.
        assert all(part.positions.base is None for part in held)
        assert one.truth_3d[CAMERAS[0]] is one.truth_3d[CAMERAS[0]]
