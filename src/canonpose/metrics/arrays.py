"""Lets the metrics, which are written in torch, take numpy arrays as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import torch
from torch import Tensor


def in_torch(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a torch function with numpy arrays: in double precision, and numpy comes back.

    With tensors, the function is called as it is, and its results keep their type and device.
    Results may be tensors or tuples of tensors.
    """

    @wraps(function)
    def adapted(*arguments: Any, **options: Any) -> Any:
        given = [*arguments, *options.values()]
        if not any(isinstance(value, np.ndarray) for value in given):
            return function(*arguments, **options)
        results = function(
            *map(to_torch, arguments), **{name: to_torch(v) for name, v in options.items()}
        )
        if isinstance(results, tuple):
            return tuple(to_numpy(result) for result in results)
        return to_numpy(results)

    return adapted


def to_torch(value: Any) -> Any:
    """An array as a tensor, numbers in double precision; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    kind = bool if value.dtype == bool else np.float64
    # Tensors cannot share what is read-only or runs backwards.
    return torch.from_numpy(np.require(value, kind, ["C", "W"]))


def to_numpy(tensor: Tensor) -> Any:
    """A tensor as an array, and one without axes as a number."""
    return tensor.numpy()[()]


def only(points: Any, valid: Any) -> Any:
    """Points [..., space] where they are valid [...], NaN elsewhere; arrays or tensors."""
    if isinstance(points, np.ndarray):
        return np.where(valid[..., None], points, np.nan)
    return torch.where(valid[..., None], points, torch.nan)
