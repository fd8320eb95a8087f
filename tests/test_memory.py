import ctypes
import resource
import sys
from collections import deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from canonpose.memory import keep_freed_memory

PICTURE = (1920, 1080, 3)
GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt")


def faults(keep):
    """Pages from the system for 20 pictures in a row, made in a thread, 8 held at a time."""
    if keep:
        keep_freed_memory()

    def pictures():
        held = deque(maxlen=8)
        for _ in range(10):  # the first ones are new
            held.append(np.ones(PICTURE, np.uint8))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            held.append(np.ones(PICTURE, np.uint8))
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(pictures).result()


@pytest.mark.skipif(not GLIBC, reason="only glibc is told")
def test_pictures_of_a_thread_are_made_in_memory_that_is_there():
    kept, given_back = (in_a_process(faults, keep) for keep in (True, False))
    assert kept < 20 < given_back


def in_a_process(function, *arguments):
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        return processes.submit(function, *arguments).result()
