import numpy as np
import pytest

from canonpose.corpus import lifting
from canonpose.corpus.engine import EngineSettings
from canonpose.corpus.lifting import LiftJob, LiftSettings, lift_corpus
from canonpose.errors import InputError
from canonpose.exporters.npz import load_poses

DEFAULT = LiftSettings()
ONE = EngineSettings(workers=1)


@pytest.fixture
def job(tmp_path):
    write_person(tmp_path / "cam.npz")
    return LiftJob(tmp_path / "cam.npz", tmp_path / "out" / "cam.npz")


def write_person(path, seed=0):
    from canonpose.skeleton import layout

    names = layout("coco17").detected
    keypoints = np.random.default_rng(seed).uniform(0, 100, (5, len(names), 2))
    np.savez(path, keypoints=keypoints, scores=np.ones((5, len(names))), joint_names=names, fps=25)


def save_layout(path, less=None):
    from canonpose.exporters.captures import write_skeleton
    from canonpose.skeleton import layout

    whole = layout("coco17")
    write_skeleton(whole.without([less]) if less else whole, path)


def lifted(job, settings=DEFAULT):
    (outcome,) = lift_corpus([job], settings, settings=ONE)
    assert outcome.done, outcome.message
    return outcome.value


@pytest.mark.parametrize("single_frame", [False, True])
def test_poses_are_those_of_lift(job, single_frame):
    from canonpose import lift, pretrained_lifter, read_keypoints, temporal_of

    result = lifted(job, LiftSettings(single_frame=single_frame))
    assert (result.frames, result.units) == (5, "body_height")
    temporal = None if single_frame else temporal_of("pretrained")
    keypoints = read_keypoints(job.source)
    expected = lift(keypoints, pretrained_lifter(), temporal=temporal, device="cpu")
    np.testing.assert_array_equal(
        load_poses(job.written).positions, expected.positions.astype(np.float32)
    )


def test_what_is_there_is_not_lifted_again(job, monkeypatch):
    assert not lifted(job).before
    monkeypatch.setattr(lifting, "_lifter", None)
    again = lifted(job)
    assert again.before and again.frames == 5
    assert "by an earlier run" in str(again)


@pytest.mark.parametrize(
    "change", ["content", "settings", "rate", "capture.toml", "layout", "result", "gone"]
)
def test_what_changed_is_lifted_again(job, change):
    settings = LiftSettings()
    if change == "layout":
        layout = job.source.with_name("own.toml")
        save_layout(layout)
        settings = LiftSettings(layout=str(layout))
    lifted(job, settings)
    if change == "content":
        write_person(job.source, seed=1)
    elif change == "settings":
        settings = LiftSettings(subject_height=1.8)
    elif change == "rate":
        settings = LiftSettings(fps=50.0)
    elif change == "capture.toml":
        job.source.with_name("capture.toml").write_text("leave_out_joints = ['left_eye']")
    elif change == "layout":
        save_layout(layout, less="left_eye")
    elif change == "result":
        job.written.write_bytes(job.written.read_bytes()[:-5])
    else:
        job.written.unlink()
    assert not lifted(job, settings).before
    assert len(load_poses(job.written)) == 5
    assert lifted(job, settings).before


def test_what_lifting_did_not_write_is_not_replaced(job):
    job.written.parent.mkdir()
    write_person(job.written)
    keypoints = job.written.read_bytes()
    (outcome,) = lift_corpus([job], settings=ONE)
    assert outcome.end == "bad input" and "holds no poses" in outcome.message
    assert job.written.read_bytes() == keypoints


def test_a_touched_file_with_the_same_content_is_not_lifted_again(job):
    lifted(job)
    job.source.write_bytes(job.source.read_bytes())
    assert lifted(job).before


def test_bad_files_end_nothing_and_a_bad_lifter_all(job, tmp_path):
    (tmp_path / "bad.npz").write_text("nothing")
    bad = LiftJob(tmp_path / "bad.npz", tmp_path / "out" / "bad.npz")
    outcomes = {o.task.file: o for o in lift_corpus([bad, job], settings=ONE)}
    assert (outcomes[bad.source].end, outcomes[job.source].end) == ("bad input", "done")
    with pytest.raises(InputError, match="nowhere"):
        list(lift_corpus([job], LiftSettings(model=str(tmp_path / "nowhere"))))


def test_the_rate_is_that_of_the_capture(job):
    lifted(job)
    assert load_poses(job.written).fps == 25
    job.source.with_name("capture.toml").write_text("fps = 50")
    assert not lifted(job).before
    assert load_poses(job.written).fps == 50
    lifted(job, LiftSettings(fps=100.0))
    assert load_poses(job.written).fps == 100
