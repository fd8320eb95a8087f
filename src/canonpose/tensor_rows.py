"""Tensors that belong together row by row: samples, frames or views, and what is known of each."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

Rows = TypeVar("Rows", bound="TensorRows")


class TensorRows:
    """Base of frozen dataclasses whose tensors have their first axis in common.

    A field may be such rows itself; one that is neither holds for all rows.
    """

    @property
    def parts(self) -> dict[str, Any]:
        """The fields that have rows, by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        return {name: one for name, one in values.items() if isinstance(one, Tensor | TensorRows)}

    def __len__(self) -> int:
        return len(next(iter(self.parts.values())))

    def at(self: Rows, chosen: Tensor) -> Rows:
        """Some of the rows, by index or mask."""
        return self.changed(lambda part: part[chosen])

    def to(self: Rows, device: torch.device) -> Rows:
        """The same on another device."""
        return self.changed(lambda part: part.to(device))

    def changed(self: Rows, change: Callable[[Tensor], Tensor]) -> Rows:
        """The same with every tensor changed alike."""
        parts = {
            name: part.changed(change) if isinstance(part, TensorRows) else change(part)
            for name, part in self.parts.items()
        }
        return replace(self, **parts)  # type: ignore[type-var]

    @classmethod
    def concatenated(cls: type[Rows], several: Sequence[Rows]) -> Rows:
        """The rows of several, one after the other; the first says what holds for all."""
        parts = {}
        for name, first in several[0].parts.items():
            values = [getattr(one, name) for one in several]
            nested = isinstance(first, TensorRows)
            parts[name] = first.concatenated(values) if nested else torch.cat(values)
        return replace(several[0], **parts)  # type: ignore[type-var]
