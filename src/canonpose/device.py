"""Where to compute."""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import torch
from jaxtyping import Int64
from torch import Tensor

from canonpose.errors import InputError


def choose_device(name: str = "auto", place: int = 0) -> torch.device:
    """``auto`` is a CUDA device, else the CPU; other names are PyTorch's.

    Of several CUDA devices, the one at ``place`` unless the name has a number.

    Raises
    ------
    InputError
        If there is no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(f"cuda:{place}" if name == "cuda" else name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"--device {name}: cannot be used ({reason}); use cpu or auto.") from error
    return device


def free_memory(device: torch.device) -> int:
    """Bytes that could be had on a device; on the CPU, under the limits of a control group too."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    bounds = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = next(line for line in lines if line.startswith("MemAvailable"))
        bounds.append(1024 * int(available.split()[1]))
    with suppress(OSError, ValueError):  # "max" where there is no limit
        group = Path("/sys/fs/cgroup")
        used = int((group / "memory.current").read_text())
        bounds.append(int((group / "memory.max").read_text()) - used)
    return max(min(bounds), 0)


@lru_cache
def index_tensor(indices: tuple[int, ...], device: torch.device) -> Int64[Tensor, " index"]:
    """Indices that are the same in every batch, sent to the device once."""
    return torch.tensor(indices, dtype=torch.int64, device=device)
