import pytest
from rich.console import Console

from canonpose.cli import detecting as module
from canonpose.cli.detecting import DetectorOptions, detecting
from canonpose.detection.cache import cache_of
from canonpose.errors import InputError
from synthetic_videos import DISCS, DiscDetector, moving_disc, write_video


def test_what_is_missing_is_detected_ahead_and_errors_wait(tmp_path, monkeypatch):
    videos = [write_video(tmp_path / f"{name}.mp4", moving_disc(20)) for name in "ab"]
    bad, gone = tmp_path / "bad.mp4", tmp_path / "gone.mp4"
    bad.write_text("no video")
    with detecting(Console(quiet=True), DetectorOptions(name=DISCS[1])) as detect:
        detect.ahead([*videos, bad, gone])
        assert all(cache_of(video, DiscDetector()).result.exists() for video in videos)

        def forbidden(*_, **__):
            raise AssertionError("detected again")

        monkeypatch.setattr(module, "detect_corpus", forbidden)
        detect.ahead(videos)
        assert [len(detect(video)) for video in videos] == [20, 20]
        with pytest.raises(InputError, match="is no video"):
            detect(bad)
        with pytest.raises(InputError, match="cannot be read"):
            detect(gone)
