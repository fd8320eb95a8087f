"""What a pickle may call: a few functions that make arrays from checked bytes.

numpy's own functions are not among them, since they trust what they are given: a twisted dtype
makes them take plain bytes for the addresses of objects.
"""

import math
import pickle
import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

_PLAIN_DTYPE = re.compile(r"[<>=|]?[biufcSUO?][0-9]*")
"""Numbers, strings and objects; no structures, whose parts could overlap."""


class _Maker:
    """A function that a pickle may call, and may not change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]):
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, state: Any) -> NoReturn:
        raise pickle.UnpicklingError("a function has no state")


class _Dtype:
    """A dtype in the making: first its name, then its byte order."""

    __slots__ = ("dtype",)

    def __init__(self, code: Any, *_: Any):
        self.dtype = _plain_dtype(code)

    def __setstate__(self, state: Any) -> None:
        _, order, *structure = state
        if any(part is not None for part in structure[:3]):
            raise pickle.UnpicklingError("a structured dtype")
        self.dtype = np.dtype(_text(order) + self.dtype.str[1:])


class _Array:
    """An array in the making: a place in the data first, its content later.

    It becomes an array only when all is unpickled: until then, the unpickler holds its bytes.
    """

    __slots__ = ("_array", "_state")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *_: Any):
        self._array: np.ndarray | None = None
        self._state: Any = None

    def __setstate__(self, state: Any) -> None:
        self._state = state

    def finished(self, done: dict[int, Any]) -> np.ndarray:
        """The array, with the objects in it finished too."""
        if self._array is None:
            shape, dtype, fortran, raw = self._state[-4:]
            self._array, self._state = _array(raw, dtype, shape, "F" if fortran else "C"), None
        array = self._array
        if array.dtype.hasobject and id(self) not in done:
            done[id(self)] = self, array
            for place, value in enumerate(array.flat):
                array.flat[place] = finished(value, done)
        return array


def _plain_dtype(code: Any) -> np.dtype[Any]:
    if not _PLAIN_DTYPE.fullmatch(_text(code)):
        raise pickle.UnpicklingError("a dtype of neither numbers, strings nor objects")
    return np.dtype(_text(code))


def _text(value: Any) -> str:
    """Names are strings, or bytes from Python 2."""
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _array(raw: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray:
    if not isinstance(dtype, _Dtype):
        raise pickle.UnpicklingError("an array without a dtype")
    shape = tuple(map(int, shape))
    if not dtype.dtype.hasobject:
        read = np.frombuffer(_bytes(raw), dtype.dtype).reshape(shape, order=order)
        # A copy: an array that looks into the file's bytes could not be written to.
        return read.astype(read.dtype.newbyteorder("="), order="K")
    if not isinstance(raw, list) or len(raw) != math.prod(shape):
        raise pickle.UnpicklingError("another number of objects than the shape says")
    objects = np.empty(len(raw), dtype=object)
    for place, value in enumerate(raw):
        objects[place] = value
    return objects.reshape(shape, order=order)


def _bytes(raw: Any) -> bytes | bytearray:
    if isinstance(raw, str):  # as Python 2 wrote bytes
        return raw.encode("latin1")
    if not isinstance(raw, bytes | bytearray):
        raise pickle.UnpicklingError("an array without bytes")
    return raw


def _scalar(dtype: Any, raw: Any) -> Any:
    if not isinstance(dtype, _Dtype) or dtype.dtype.hasobject:
        raise pickle.UnpicklingError("a number without a dtype")
    return np.frombuffer(_bytes(raw), dtype.dtype)[0]


def _frombuffer(buffer: Any, dtype: Any, shape: Any, order: Any) -> np.ndarray:
    return _array(_bytes(buffer), dtype, shape, order)


def _encode(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes for older protocols."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("an encoding that pickle does not use")
    return text.encode("latin1")


def finished(value: Any, done: dict[int, Any]) -> Any:
    """The unpickled data, with arrays where they were in the making.

    Parameters
    ----------
    value : Any
        What the unpickler returned; its lists and dicts are changed in place.
    done : dict
        What was finished already, by identity: what is met twice stays one object.

    Raises
    ------
    pickle.UnpicklingError
        If an array never got its content, or a function is left over.
    """
    if isinstance(value, _Array):
        return value.finished(done)
    if isinstance(value, _Maker):
        raise pickle.UnpicklingError("a function as data")
    if not isinstance(value, dict | list | tuple):
        return value.dtype if isinstance(value, _Dtype) else value
    if id(value) in done:
        return done[id(value)][1]
    if isinstance(value, tuple):
        done[id(value)] = value, tuple(finished(item, done) for item in value)
        return done[id(value)][1]
    done[id(value)] = value, value
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        value[key] = finished(item, done)
    return value


ADMITTED = {
    ("numpy", "ndarray"): _Maker(_Array),
    ("numpy", "dtype"): _Maker(_Dtype),
    ("_codecs", "encode"): _Maker(_encode),
    ("collections", "OrderedDict"): _Maker(dict),
}
"""Module and name, as pickles call them, to the function to use in its place."""
for _core in ("numpy.core", "numpy._core"):  # as numpy 1 and numpy 2 call it
    ADMITTED[f"{_core}.multiarray", "_reconstruct"] = _Maker(_Array)
    ADMITTED[f"{_core}.multiarray", "scalar"] = _Maker(_scalar)
    ADMITTED[f"{_core}.numeric", "_frombuffer"] = _Maker(_frombuffer)
for _builtins in ("builtins", "__builtin__"):
    ADMITTED[_builtins, "bytes"] = _Maker(lambda: b"")
    ADMITTED[_builtins, "set"] = _Maker(set)
