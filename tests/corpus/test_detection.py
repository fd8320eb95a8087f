import shutil

import pytest

from canonpose.corpus.detection import Job, Seen, detect_corpus, shares
from canonpose.corpus.engine import EngineSettings
from canonpose.detection.cache import cache_of
from canonpose.detection.footage import detect_video
from canonpose.detection.registry import DetectorConfig
from canonpose.errors import InputError
from synthetic_videos import DiscDetector, moving_disc, write_video

DISCS = DetectorConfig("synthetic_videos:make_disc_detector")


def kept(video):
    return cache_of(video, DiscDetector()).result.read_bytes()


def test_a_long_video_shared_by_processes_is_the_same_to_the_byte(tmp_path):
    """Of more than three chunks, in the processes of a pool, with another too short to share."""
    long = write_video(tmp_path / "long.mp4", moving_disc(900))
    short = write_video(tmp_path / "short.mp4", moving_disc(30))
    told = []
    outcomes = list(
        detect_corpus(
            [Job(long), Job(short)],
            DISCS,
            EngineSettings(workers=2),
            lambda task, done, total: told.append((task.file.name, total)),
        )
    )
    found = {outcome.task.file.name: outcome.value for outcome in outcomes}
    assert found == {"long.mp4": Seen(900, 900, 0), "short.mp4": Seen(30, 30, 0)}
    assert {total for name, total in told if name == "long.mp4"} == {900}
    (tmp_path / "alone").mkdir()
    alone = shutil.copy(long, tmp_path / "alone")
    detect_video(alone, DiscDetector())
    assert kept(long) == kept(tmp_path / "alone" / "long.mp4")
    assert {path.suffix for path in (tmp_path / ".canonpose").iterdir()} == {".npz", ".json"}


def test_failures_end_nothing(tmp_path):
    videos = [write_video(tmp_path / f"{number}.mp4", moving_disc(5)) for number in range(3)]
    videos[1].write_text("no video")
    jobs = [Job(video, tmp_path / "out" / f"{video.stem}.npz") for video in videos]
    jobs.append(Job(tmp_path / "missing.mp4"))
    outcomes = {o.task.file.name: o for o in detect_corpus(jobs, DISCS, EngineSettings(workers=1))}
    assert [outcomes[name].end for name in ("0.mp4", "1.mp4", "2.mp4", "missing.mp4")] == [
        "done", "bad input", "done", "bad input"
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.npz", "2.npz"]


@pytest.mark.parametrize(
    ("tasks", "workers", "threads", "decoding"),
    [(1, 2, 2, 1), (2, 2, 1, 1), (5, 2, 1, 1), (1, 1, 1, 1), (4, 16, 2, 0), (9, 16, 1, 1)],
)
def test_cores_are_shared(tasks, workers, threads, decoding):
    config, decoded = shares(DISCS, EngineSettings(workers=workers), tasks)
    assert (config.threads, decoded) == (threads, decoding)
    asked, _ = shares(DetectorConfig(threads=3), EngineSettings(workers=workers), tasks)
    assert asked.threads == 3


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"retries": -1}, {"workers": 2, "ray": "auto"}])
def test_settings_are_checked(wrong):
    with pytest.raises(InputError, match="--"):
        EngineSettings(**wrong)
