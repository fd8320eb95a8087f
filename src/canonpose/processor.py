"""A process's share of the processor, used well while something computes on it."""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from canonpose.memory import keep_freed_memory

QUOTA = Path("/sys/fs/cgroup/cpu.max")


@contextmanager
def processor_used_well() -> Iterator[None]:
    """As many threads as there are cores for this process, and memory that is used again.

    ``OMP_NUM_THREADS`` is obeyed. Without this a container's limit goes unnoticed, and memory that
    is freed comes back page by page (`canonpose.memory`).
    """
    threads = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(threads, available_cores()))
    keep_freed_memory()
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
