import multiprocessing
import os
import shutil

import numpy as np
import pytest

from canonpose.detection import cache as cache_module
from canonpose.detection import footage
from canonpose.detection.footage import detect_video
from canonpose.errors import InputError, InputWarning, NobodySeen
from canonpose.video.frames import read_frames
from synthetic_videos import DISC, DiscDetector, disc, moving_disc, write_video


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(footage, "CHUNK", 16)
    monkeypatch.setattr(cache_module, "CHUNK", 16)


@pytest.fixture
def video(tmp_path):
    return write_video(tmp_path / "cam.mp4", moving_disc(50))


def kept_files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / ".canonpose").rglob("*.npz"))
    }


class Interrupted(DiscDetector):
    """Ctrl-C after some frames."""

    def __init__(self, after, error=KeyboardInterrupt):
        super().__init__()
        self.after, self.error = after, error

    def detect(self, image):
        if self.seen == self.after:
            raise self.error
        return super().detect(image)


def test_people_times_and_sizes(video):
    told = []
    found = detect_video(video, DiscDetector(), progress=lambda *now: told.append(now))
    assert found.people.shape == (50, 1, 3, 3)
    assert found.people.dtype == np.float32
    np.testing.assert_allclose(found.people[:, 0, 1, 0], 10 + np.arange(50) % 44, atol=0.6)
    np.testing.assert_allclose(found.people[:, 0, :, 1], 24, atol=0.6)
    np.testing.assert_allclose(found.times, np.arange(50) / 25, atol=1e-6)
    assert (found.fps, found.image_size, found.skeleton) == (25, (64, 48), DISC)
    assert told == [(i + 1, 50) for i in range(50)]


def test_the_detector_begins_anew_at_every_chunk(video):
    scores = detect_video(video, DiscDetector()).people[:, 0, 0, 2]
    np.testing.assert_allclose(scores, 1 / (2 + np.arange(50) % 16), rtol=1e-6)


def test_people_come_and_go(tmp_path):
    centres = [[(12, 20)], [], [(12, 20), (40, 20)], [(40, 20)]]
    path = write_video(tmp_path / "a.mp4", [disc(c) for c in centres], keyframe_every=1)
    people = detect_video(path, DiscDetector()).people
    assert (people[..., 2] > 0).any(-1).sum(1).tolist() == [1, 0, 2, 1]
    assert np.isnan(people[..., :2][people[..., 2] == 0]).all()


def test_the_second_run_neither_decodes_nor_reads_the_video(video, monkeypatch):
    first = detect_video(video, DiscDetector())

    def forbidden(*_, **__):
        raise AssertionError("the video was read")

    monkeypatch.setattr(footage, "read_frames", forbidden)
    monkeypatch.setattr(footage, "probe", forbidden)
    monkeypatch.setattr("hashlib.file_digest", forbidden)
    detector = DiscDetector()
    second = detect_video(video, detector)
    assert detector.seen == 0
    np.testing.assert_array_equal(first.people, second.people)
    np.testing.assert_array_equal(first.times, second.times)
    assert (first.fps, first.image_size) == (second.fps, second.image_size)


def test_a_copied_folder_brings_its_results(video, tmp_path):
    detect_video(video, DiscDetector())
    copied = tmp_path / "copy"
    copied.mkdir()
    shutil.copy(video, copied)
    shutil.copytree(video.parent / ".canonpose", copied / ".canonpose")
    detector = DiscDetector()
    detect_video(copied / video.name, detector)
    assert detector.seen == 0


def test_another_version_is_detected_anew(video):
    detect_video(video, DiscDetector())
    newer = DiscDetector()
    newer.version = "2"
    detect_video(video, newer)
    assert newer.seen == 50


def test_without_cache_nothing_is_left(video):
    detect_video(video, DiscDetector(), cache=False)
    assert os.listdir(video.parent) == [video.name]


@pytest.mark.parametrize("after", [0, 5, 16, 33, 49])
def test_an_interrupted_run_goes_on_and_ends_the_same_to_the_byte(tmp_path, after):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = write_video(tmp_path / "a" / "cam.mp4", moving_disc(50))
    broken = tmp_path / "b" / "cam.mp4"
    shutil.copy(whole, broken)
    detect_video(whole, DiscDetector())
    with pytest.raises(KeyboardInterrupt):
        detect_video(broken, Interrupted(after))
    rest = DiscDetector()
    detect_video(broken, rest)
    assert rest.seen == 50 - after // 16 * 16
    assert kept_files(broken.parent) == kept_files(whole.parent)
    assert len(kept_files(broken.parent)) == 1


def test_errors_of_the_detector_come_up_and_the_thread_ends(video):
    import threading

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        detect_video(video, Interrupted(20, ZeroDivisionError))
    assert threading.active_count() == before


def test_errors_of_decoding_come_up(video, monkeypatch):
    def failing(*arguments, **_):
        frames = read_frames(video)
        yield next(frames)
        raise ZeroDivisionError

    monkeypatch.setattr(footage, "read_frames", failing)
    with pytest.raises(ZeroDivisionError):
        detect_video(video, DiscDetector())


def test_a_changed_video_is_detected_anew_and_that_is_said(video):
    detect_video(video, DiscDetector())
    write_video(video, moving_disc(40))
    detector = DiscDetector()
    with pytest.warns(InputWarning, match=r"cam\.mp4: has changed since"):
        found = detect_video(video, detector)
    assert detector.seen == len(found) == 40


def test_a_touched_video_is_not(video):
    detect_video(video, DiscDetector())
    os.utime(video)
    detector = DiscDetector()
    detect_video(video, detector)
    assert detector.seen == 0


def test_a_video_that_grows_while_it_is_read_is_refused(video):
    class Growing(DiscDetector):
        def detect(self, image):
            with video.open("ab") as file:
                file.write(b"more")
            return super().detect(image)

    with pytest.raises(InputError, match=r"cam\.mp4: changed while it was read; wait"):
        detect_video(video, Growing())


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_damaged_results_are_not_trusted(video, damage):
    first = detect_video(video, DiscDetector())
    (result,) = (video.parent / ".canonpose").glob("*.npz")
    sound = result.read_bytes()
    result.write_bytes(sound[: len(sound) // 2] if damage is None else damage)
    detector = DiscDetector()
    with pytest.warns(InputWarning, match="damaged and done again"):
        again = detect_video(video, detector)
    assert detector.seen == 50
    np.testing.assert_array_equal(first.people, again.people)
    assert result.read_bytes() == sound


def test_damaged_chunks_are_not_trusted(video):
    with pytest.raises(KeyboardInterrupt):
        detect_video(video, Interrupted(40))
    first, second = sorted((video.parent / ".canonpose").glob("*.part-*.npz"))
    second.write_bytes(first.read_bytes()[:-20])
    detector = DiscDetector()
    with pytest.warns(InputWarning, match="damaged and done again"):
        detect_video(video, detector)
    assert detector.seen == 50 - 16


def test_nobody_at_all_is_said_and_kept(tmp_path):
    path = write_video(tmp_path / "empty.mp4", [disc([])] * 20)
    detector = DiscDetector()
    for _ in range(2):
        with pytest.raises(NobodySeen, match=r"empty\.mp4: nobody is found in any of its 20"):
            detect_video(path, detector)
    assert detector.seen == 20


def test_what_is_wrong_with_a_video_is_said_every_time(tmp_path):
    path = tmp_path / "a.mp4"
    write_video(path, moving_disc(60), options={"movflags": "faststart"}, keyframe_every=5)
    data = path.read_bytes()
    pictures = data.index(b"mdat")
    path.write_bytes(data[: pictures + (len(data) - pictures) // 2])
    for _ in range(2):
        with pytest.warns(InputWarning, match=r"a\.mp4: ends at frame"):
            found = detect_video(path, DiscDetector())
    assert 10 < len(found) < 60


def test_where_the_folder_is_closed_the_cache_folder_is_used(video, tmp_path, monkeypatch):
    monkeypatch.setenv("CANONPOSE_CACHE", str(tmp_path / "cache"))
    (video.parent / ".canonpose").write_text("no folder")  # root may write everywhere
    detect_video(video, DiscDetector())
    assert len(list((tmp_path / "cache" / "detections").rglob("*.npz"))) == 1
    detector = DiscDetector()
    detect_video(video, detector)
    assert detector.seen == 0


class Meanwhile(DiscDetector):
    """Another run detects the same video as a whole while this one is at some frame."""

    def __init__(self, at, video):
        super().__init__()
        self.at, self.video = at, video
        self.other = None

    def detect(self, image):
        if self.seen == self.at:
            self.other = detect_video(self.video, DiscDetector())
        return super().detect(image)


@pytest.mark.parametrize("at", [0, 15, 16, 40, 49])
def test_two_runs_on_one_video_do_no_harm_to_each_other(video, tmp_path, at):
    (tmp_path / "alone").mkdir()
    alone = write_video(tmp_path / "alone" / "cam.mp4", moving_disc(50))
    expected = detect_video(alone, DiscDetector())
    detector = Meanwhile(at, video)
    found = detect_video(video, detector)
    for one in (found, detector.other):
        np.testing.assert_array_equal(one.people, expected.people)
        np.testing.assert_array_equal(one.times, expected.times)
    assert list(kept_files(video.parent).values()) == list(kept_files(alone.parent).values())


def _detect_again_and_again(video, together, results):
    """In a process of its own: what is kept is thrown away before every run."""
    cache_module.CHUNK = footage.CHUNK = 4
    for _ in range(12):
        together.wait()
        shutil.rmtree(video.parent / ".canonpose", ignore_errors=True)
        together.wait()
        try:
            results.put(detect_video(video, DiscDetector()).people.tobytes())
        except Exception as error:
            results.put(repr(error))


def test_two_processes_on_one_video_find_the_same(video):
    """With chunks so small that both write, and clear up, at every moment."""
    spawn = multiprocessing.get_context("spawn")
    together, results = spawn.Barrier(2), spawn.Queue()
    both = [
        spawn.Process(target=_detect_again_and_again, args=(video, together, results))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    found = [results.get(timeout=60) for _ in range(24)]
    for process in both:
        process.join()
    cache_module.CHUNK = footage.CHUNK = 4
    expected = detect_video(video, DiscDetector(), cache=False).people.tobytes()
    assert found == [expected] * 24
