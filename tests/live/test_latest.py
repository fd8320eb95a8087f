import threading
import time

import numpy as np

from canonpose.live.latest import Latest, Shot

IMAGE = np.zeros((2, 2, 3), np.uint8)


def shot(number):
    return Shot(number, time.monotonic(), number / 30, IMAGE)


def test_the_newest_is_given_and_older_ones_are_gone():
    latest = Latest()
    for number in range(5):
        latest.put(shot(number))
    assert latest.newer_than(-1, 0.0).number == 4
    assert latest.newer_than(3, 0.0).number == 4
    assert latest.newer_than(4, 0.0) is None


def test_whoever_waits_is_woken():
    latest = Latest()
    threading.Timer(0.05, lambda: latest.put(shot(0))).start()
    assert latest.newer_than(-1, 10.0).number == 0


def test_the_end_wakes_and_the_last_picture_can_still_be_taken():
    latest = Latest()
    latest.put(shot(0))
    threading.Timer(0.05, lambda: latest.end("over")).start()
    start = time.monotonic()
    assert latest.newer_than(0, 10.0) is None
    assert time.monotonic() - start < 5
    assert latest.newer_than(-1, 10.0).number == 0
    latest.end("something else")
    assert latest.ended == "over"
