"""In what precision a network's layers are multiplied out; weights and losses stay as they are."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

from canonpose.errors import InputWarning

Multiplied = Literal["float32", "tf32", "bfloat16"]
Precision = Literal["auto", "float32", "tf32", "bfloat16"]


def resolved(precision: Precision, device: torch.device) -> Multiplied:
    """What "auto" means on a device: bfloat16 on a processor that is said to have it, else float32.

    On GPUs nobody has yet measured what it does to accuracy and time.
    """
    if precision != "auto":
        return precision
    return "bfloat16" if device.type == "cpu" and _has_bfloat16(unless_told=False) else "float32"


@contextmanager
def multiplying_in(precision: Multiplied, device: torch.device) -> Iterator[None]:
    """Matrix products in here are of that precision.

    ``tf32`` rounds what goes into a product to 10 bits on GPUs that can, and is ``float32``
    elsewhere. ``bfloat16`` also keeps what comes out of layers in 16 bits.
    """
    if precision == "tf32" and device.type == "cuda":
        before = torch.backends.cuda.matmul.allow_tf32
        torch.backends.cuda.matmul.allow_tf32 = True
        try:
            yield
        finally:
            torch.backends.cuda.matmul.allow_tf32 = before
    elif precision == "bfloat16":
        # Weights are used once a pass, so that the cache of what was cast would only hold memory
        # (and is not to be used while a CUDA graph is recorded).
        with torch.autocast(device.type, torch.bfloat16, cache_enabled=False):
            yield
    else:
        yield


def warn_if_slow(precision: Multiplied, device: torch.device) -> None:
    """Warn where a processor has no arithmetic of that precision and must emulate it."""
    if precision == "bfloat16" and device.type == "cpu" and not _has_bfloat16(unless_told=True):
        warnings.warn(
            "precision bfloat16: this processor has no such arithmetic; float32 is faster here.",
            InputWarning,
            stacklevel=3,
        )


def _has_bfloat16(unless_told: bool) -> bool:
    """As PyTorch tells since 2.10 or so; older ones do not say."""
    if not hasattr(torch.cpu, "get_capabilities"):
        return unless_told
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
