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
            *map(_to_torch, arguments), **{name: _to_torch(v) for name, v in options.items()}
        )
        if isinstance(results, tuple):
            return tuple(_to_numpy(result) for result in results)
        return _to_numpy(results)

    return adapted


def _to_torch(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    return torch.from_numpy(value if value.dtype == bool else value.astype(np.float64))


def _to_numpy(tensor: Tensor) -> Any:
    return tensor.numpy()[()]  # [()] makes a scalar of an array without axes
