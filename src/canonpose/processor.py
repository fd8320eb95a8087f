"""A process's share of the processor, used well while something computes on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from canonpose.cores import available_cores
from canonpose.memory import keep_freed_memory


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
