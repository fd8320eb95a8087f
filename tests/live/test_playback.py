import threading
import time

import pytest

from canonpose.errors import InputError

from .stand_ins import frames, playback, wait_for


def collected(source, until):
    """Numbers and times of all pictures that can be caught."""
    caught = []
    number = -1
    while not until(caught):
        shot = source.latest.newer_than(number, 0.2)
        if shot is None and source.latest.ended:
            break
        if shot is not None:
            caught.append(shot)
            number = shot.number
    return caught


def test_at_its_own_speed_by_its_timestamps():
    source = playback(12, fps=20.0)
    start = time.monotonic()
    source.start()
    caught = collected(source, lambda shots: False)
    assert 0.5 < time.monotonic() - start < 3
    assert source.latest.ended == "the video has ended"
    for shot in caught:
        assert shot.captured - start >= shot.time - 0.01
    source.stop()


def test_a_loop_goes_on_and_counts_on():
    source = playback(4, fps=100.0, loop=True)
    source.start()
    caught = collected(source, lambda shots: bool(shots) and shots[-1].number > 15)
    source.stop()
    numbers = [shot.number for shot in caught]
    assert numbers == sorted(set(numbers))
    assert max(shot.time for shot in caught) <= 0.03 + 1e-9
    assert source.latest.ended == "the video was stopped"


def test_stopping_does_not_wait_for_the_next_picture():
    source = playback(2, fps=0.01)
    source.start()
    start = time.monotonic()
    source.stop()
    assert time.monotonic() - start < 2


def test_an_empty_or_broken_video_is_said_before_anything_is_shown():
    with pytest.raises(InputError, match=r"clip\.mp4: has no frames"):
        playback(0).start()

    def broken(path):
        raise InputError(f"{path}: is empty")
        yield

    source = playback()
    source._read = broken
    with pytest.raises(InputError, match=r"clip\.mp4: is empty"):
        source.start()


def test_a_video_that_breaks_off_keeps_its_reason():
    def breaking(path):
        yield from frames(3, fps=100.0)
        raise InputError("clip.mp4: is damaged at frame 3")

    source = playback()
    source._read = breaking
    source.start()
    wait_for(lambda: source.latest.ended)
    assert source.latest.ended == str(source.trouble) == "clip.mp4: is damaged at frame 3"


def test_the_file_is_let_go():
    closed = threading.Event()

    def watched(path):
        try:
            yield from frames(1000)
        finally:
            closed.set()

    source = playback()
    source._read = watched
    source.start()
    source.stop()
    assert closed.is_set()
