import os

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.readers import read_keypoints
from canonpose.readers.keypoints import read_detections
from synthetic_videos import DISC, DISCS, disc, moving_disc, write_video


@pytest.fixture
def capture(tmp_path):
    take = tmp_path / "footage" / "take"
    take.mkdir(parents=True)
    write_video(take / "left.mp4", moving_disc(30))
    write_video(take / "right.mp4", [disc([(12, 20), (40, 30)])] * 30)
    return tmp_path / "footage"


def test_a_folder(capture, capsys):
    assert main(["detect", str(capture), *DISCS]) == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert "left.mp4: somebody in 30 of 30 frames" in said
    assert "right.mp4: somebody in 30 of 30 frames, several in 30" in said
    assert len(list((capture / "take" / ".canonpose").glob("*.npz"))) == 2


def test_keypoints_are_written_with_everyone_in_them(capture, tmp_path):
    out = tmp_path / "keypoints"
    (capture / "capture.toml").write_text('[subjects]\ntake = "anna"\n')
    assert main(["detect", str(capture), "-o", str(out), *DISCS]) == 0
    assert (out / "capture.toml").read_text() == (capture / "capture.toml").read_text()
    found = read_detections(out / "take" / "right.npz", DISC)
    assert found.people.shape == (30, 2, 3, 3)
    np.testing.assert_allclose(found.times, np.arange(30) / 25, atol=1e-6)
    assert (found.fps, found.image_size) == (25, (64, 48))
    assert read_keypoints(out / "take" / "left.npz", layout=DISC).person.startswith("the only")


def test_one_bad_video_does_not_stop_the_others(capture, capsys):
    (capture / "take" / "bad.mp4").write_text("no video")
    assert main(["detect", str(capture), *DISCS]) == 2
    said = capsys.readouterr()
    assert "right.mp4: somebody" in said.out
    assert "bad.mp4: is no video" in said.out.replace("\n", " ")
    assert "1 of 3 videos failed" in said.err.replace("\n", " ")


def test_a_capture_of_bad_videos_alone(tmp_path, capsys):
    (tmp_path / "footage").mkdir()
    (tmp_path / "footage" / "capture.toml").write_text("trim = true\n")
    (tmp_path / "footage" / os.fsdecode(b"bad\xe9.mp4")).write_text("no video")
    out = tmp_path / "out"
    assert main(["detect", str(tmp_path / "footage"), "-o", str(out), *DISCS]) == 2
    assert "1 of 1 videos failed" in capsys.readouterr().err.replace("\n", " ")
    assert r"bad\\udce9.mp4" in (out / "failures.jsonl").read_text(encoding="utf-8")
    assert (out / "capture.toml").read_text() == "trim = true\n"


@pytest.mark.parametrize(
    ("made", "said"), [([], "no video is given"), (["empty"], "holds no video, only nothing")]
)
def test_nothing_to_do(tmp_path, capsys, made, said):
    paths = [tmp_path / name for name in made]
    for path in paths:
        path.mkdir()
    assert main(["detect", *map(str, paths), *DISCS]) == 2
    assert said in capsys.readouterr().err.replace("\n", " ")


def test_two_videos_of_one_name_are_not_written_over_each_other(tmp_path, capsys):
    videos = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        videos.append(str(write_video(tmp_path / folder / "cam.mp4", moving_disc(3))))
    assert main(["detect", *videos, "-o", str(tmp_path / "out"), *DISCS]) == 2
    assert "would both be written to cam.npz" in capsys.readouterr().err.replace("\n", " ")
    assert main(["detect", *videos, *DISCS]) == 0
