"""A process's share of the processor, used well while something computes on it."""

import ctypes
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

QUOTA = Path("/sys/fs/cgroup/cpu.max")
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's mallopt(3)."""
NEVER = 2**30
"""Bytes; no tensor of a step is larger."""


@contextmanager
def processor_used_well() -> Iterator[None]:
    """As many threads as there are cores for this process, and memory that is used again.

    ``OMP_NUM_THREADS`` is obeyed. Without this a container's limit goes unnoticed, and glibc gives
    every large tensor back to the system, which then hands it out again page by page: some
    thousand page faults a step.
    """
    threads = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(threads, available_cores()))
    _keep_freed_memory()
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def available_cores() -> int:
    """Cores that this process may use: by its affinity, and by its container's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _quota()))


def _quota() -> int:
    """Whole cores of a cgroup's quota; more than any machine has where there is none."""
    try:
        quota, period = QUOTA.read_text().split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):
        return sys.maxsize


def _keep_freed_memory() -> None:
    """For the rest of the process; libraries other than glibc are left as they are."""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(MMAP_THRESHOLD, NEVER)
        library.mallopt(TRIM_THRESHOLD, NEVER)
