"""Where to compute."""

from functools import lru_cache

import torch
from jaxtyping import Int64
from torch import Tensor

from canonpose.errors import InputError


def choose_device(name: str = "auto") -> torch.device:
    """``auto`` is the first CUDA device, else the CPU; other names are PyTorch's.

    Raises
    ------
    InputError
        If there is no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"--device {name}: cannot be used ({reason}); use cpu or auto.") from error
    return device


@lru_cache
def index_tensor(indices: tuple[int, ...], device: torch.device) -> Int64[Tensor, " index"]:
    """Indices that are the same in every batch, sent to the device once."""
    return torch.tensor(indices, dtype=torch.int64, device=device)
