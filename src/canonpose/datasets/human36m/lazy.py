"""Mappings whose values are read or computed when they are asked for, and not kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Lazy(Mapping[str, Value], Generic[Value]):
    """A mapping of known names to values that are made at each access.

    Parameters
    ----------
    names : iterable of str
        In order.
    make : function
        Name to value.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Value]):
        self._names = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> Value:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
