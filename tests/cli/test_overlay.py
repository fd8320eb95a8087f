import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")
pytest.importorskip("av", reason="PyAV is not installed")

import av

from canonpose.cli.main import main
from canonpose.exporters.overlay.h264 import H264File
from canonpose.lifter import save_lifter
from live.stand_ins import COCO, SEEN, SIZE, frames, lifter

LIFT = ["lift", "seen.npz", "-m", "run", "-o", "out.npz"]


@pytest.fixture
def footage(tmp_path, monkeypatch):
    """A lifter in `run`, a video in `clip.mp4`, and keypoints in `seen.npz`."""
    monkeypatch.chdir(tmp_path)
    save_lifter(lifter(), tmp_path / "run")
    with H264File(tmp_path / "clip.mp4", "mp4", SIZE, 30.0, 20) as file:
        for frame in frames():
            file.write(frame.image, frame.time)
    detected = len(COCO.detected)
    np.savez(
        tmp_path / "seen.npz",
        keypoints=SEEN.keypoints[:, :detected] / 12,
        scores=SEEN.scores[:, :detected],
        joint_names=np.array(COCO.detected),
        fps=30.0,
        image_size=np.array(SIZE),
    )
    return tmp_path


def decoded(path):
    with av.open(str(path)) as file:
        return [(frame.time, frame.width, frame.height) for frame in file.decode(video=0)]


def test_keypoints_over_their_video(footage, capsys):
    assert main([*LIFT, "--overlay", "over.mp4", "--video", "clip.mp4"]) == 0
    assert "overlay: over.mp4" in capsys.readouterr().out
    drawn, clip = decoded("over.mp4"), decoded("clip.mp4")
    np.testing.assert_allclose([time for time, *_ in drawn], [time for time, *_ in clip], atol=1e-3)
    assert drawn[0][1] > clip[0][1]
    assert drawn[0][2] == clip[0][2]


def test_keypoints_without_pictures(footage, capsys):
    assert main([*LIFT, "--overlay", "over.mp4"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "seen.npz: holds keypoints and no pictures" in said
    assert not (footage / "out.npz").exists()


def test_the_video_is_not_written_over(footage, capsys):
    before = (footage / "clip.mp4").read_bytes()
    assert main([*LIFT, "--overlay", "clip.mp4", "--video", "clip.mp4"]) == 2
    assert "clip.mp4: is the video itself" in " ".join(capsys.readouterr().err.split())
    assert (footage / "clip.mp4").read_bytes() == before
