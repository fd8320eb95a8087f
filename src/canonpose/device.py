"""Where to compute."""

import torch

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
