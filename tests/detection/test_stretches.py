import shutil

import av
import numpy as np
import pytest

from canonpose.detection import cache as cache_module
from canonpose.detection import footage
from canonpose.detection import stretches as stretches_module
from canonpose.detection.footage import detect_video
from canonpose.detection.stretches import detect_stretch, stretches
from canonpose.errors import InputWarning
from synthetic_videos import DiscDetector, moving_disc, write_video


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(footage, "CHUNK", 16)
    monkeypatch.setattr(cache_module, "CHUNK", 16)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A video of five chunks and a bit, and the bytes of its result."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(footage, "CHUNK", 16)
        patch.setattr(cache_module, "CHUNK", 16)
        video = write_video(folder / "cam.mp4", moving_disc(84))
        detect_video(video, DiscDetector())
    return video, results(video)


@pytest.fixture
def video(made, tmp_path):
    return shutil.copy(made[0], tmp_path / "cam.mp4")


def results(video):
    return {path.name: path.read_bytes() for path in (video.parent / ".canonpose").glob("*.npz")}


@pytest.mark.parametrize("order", [1, -1])
def test_stretches_in_any_order_give_the_whole_to_the_byte(made, video, order):
    parts = stretches(video, 2)
    assert [(part.first, len(part.times)) for part in parts] == [
        (0, 16), (1, 16), (2, 16), (3, 16), (4, 16), (5, 4)
    ]  # fmt: skip
    told = []
    for part in parts[::order]:
        told = []
        assert detect_stretch(
            part, DiscDetector(), progress=lambda *now, told=told: told.append(now)
        )
        assert told == [(done + 1, 84) for done in range(len(part.times))]
    detector = DiscDetector()
    detect_video(video, detector)
    assert detector.seen == 0
    assert results(video) == made[1]


@pytest.mark.parametrize("failed", range(6))
def test_a_stretch_that_failed_is_done_again(made, video, failed):
    for number, part in enumerate(stretches(video, 2)):
        if number != failed:
            detect_stretch(part, DiscDetector())
    detect_video(video, DiscDetector())
    assert results(video) == made[1]


def test_an_interrupted_stretch_goes_on(made, video, monkeypatch):
    monkeypatch.setattr(stretches_module, "PIECES", 1)
    first, second = stretches(video, 2)
    assert (len(first.times), len(second.times)) == (48, 36)

    class Interrupted(DiscDetector):
        def detect(self, image):
            if self.seen == 20:
                raise KeyboardInterrupt
            return super().detect(image)

    for part, left in ((first, 32), (second, 20)):
        with pytest.raises(KeyboardInterrupt):
            detect_stretch(part, Interrupted())
        detector = DiscDetector()
        assert detect_stretch(part, detector)
        assert detector.seen == left
    detect_video(video, DiscDetector())
    assert results(video) == made[1]


def test_frames_at_other_times_than_the_index_says_are_not_kept(made, video):
    """As where a damaged picture in front of them is left out."""
    part = stretches(video, 2)[2]
    part.times[5] += 0.001
    assert not detect_stretch(part, DiscDetector())
    assert not list((video.parent / ".canonpose").rglob("*.part-*"))
    detect_video(video, DiscDetector())
    assert results(video) == made[1]


def test_chunks_behind_a_gap_are_not_relied_on(video):
    """They may begin at another frame, where one before them cannot be decoded."""
    parts = stretches(video, 2)
    detect_stretch(parts[0], DiscDetector())
    detect_stretch(parts[2], DiscDetector())
    kept = cache_module.cache_of(video, DiscDetector())
    assert kept.has(2, 16)
    assert len(kept.chunks()) == 1
    assert not kept.has(2, 16)


def test_a_damaged_video_is_detected_as_by_one_process(tmp_path):
    """The index counts a picture that cannot be decoded."""
    whole = write_video(tmp_path / "cam.mp4", moving_disc(84), options={"movflags": "faststart"})
    with av.open(str(whole)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0)]
    place, size = packets[22]
    data = bytearray(whole.read_bytes())
    data[place : place + size] = bytes([255]) * size
    found = []
    for processes in (1, 2):
        video = tmp_path / str(processes) / "cam.mp4"
        video.parent.mkdir()
        video.write_bytes(data)
        ends = [detect_stretch(part, DiscDetector()) for part in stretches(video, processes)]
        assert ends == ([True, False, True, True, True, True] if processes == 2 else [])
        with pytest.warns(InputWarning, match="1 of its pictures are damaged, the first about fr"):
            found.append(detect_video(video, DiscDetector()))
    assert len(found[0]) == 83
    np.testing.assert_array_equal(found[0].people, found[1].people)
    np.testing.assert_array_equal(found[0].times, found[1].times)


def test_videos_are_shared_where_that_is_faster(tmp_path):
    video = write_video(tmp_path / "cam.mp4", moving_disc(40))
    assert stretches(video, 1) == []
    assert stretches(video, 2) == []  # 16, 16 and 8 frames: one process would have 32 of 40
    longer = write_video(tmp_path / "longer.mp4", moving_disc(56))
    assert [part.first for part in stretches(longer, 2)] == [0, 1, 2, 3]
