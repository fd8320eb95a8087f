"""Memory that a process frees stays its own, to be used again.

Without this glibc gives every large array back to the system, which hands it out again page by
page: some thousand page faults a training step, and 2 to 3 ms of a picture at 1080p.
"""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Parameters of glibc's mallopt(3)."""
NEVER = 2**30
"""Bytes; no tensor of a step and no picture is larger."""


def keep_freed_memory() -> None:
    """For the rest of the process; libraries other than glibc are left as they are.

    Threads that come later share the main one's memory: what they have of their own is given back
    whatever its size.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(MMAP_THRESHOLD, NEVER)
        library.mallopt(TRIM_THRESHOLD, NEVER)
        library.mallopt(ARENA_MAX, 1)
