"""Bounds of settings, refused in one form of words; for `__post_init__` of configurations.

Bounds are given by the fields' names. A field that is None is not set, and not checked; NaN is
within no bounds. What stands before a field's name in the message may be given as ``prefix``.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from canonpose.errors import InputError

Number = int | float


def at_least(config: Any, prefix: str = "", /, **least: Number) -> None:
    """Raise an InputError where a field is less."""
    _check(config, prefix, "at least", operator.ge, least)


def above(config: Any, prefix: str = "", /, **limits: Number) -> None:
    """Raise an InputError where a field is not more."""
    _check(config, prefix, "above", operator.gt, limits)


def at_most(config: Any, prefix: str = "", /, **most: Number) -> None:
    """Raise an InputError where a field is more."""
    _check(config, prefix, "at most", operator.le, most)


def below(config: Any, prefix: str = "", /, **limits: Number) -> None:
    """Raise an InputError where a field is not less."""
    _check(config, prefix, "below", operator.lt, limits)


def _check(
    config: Any,
    prefix: str,
    words: str,
    holds: Callable[[Number, Number], bool],
    bounds: Mapping[str, Number],
) -> None:
    for name, bound in bounds.items():
        value = getattr(config, name)
        if value is not None and not holds(value, bound):
            raise InputError(f"{prefix}{name} must be {words} {bound}, not {value}.")
