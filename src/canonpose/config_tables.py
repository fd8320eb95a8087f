"""Frozen configuration dataclasses to plain tables and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

Config = TypeVar("Config")


def to_table(config: Any) -> dict[str, Any]:
    """A configuration as nested dicts of plain values."""
    return asdict(config)


def from_table(kind: type[Config], table: Mapping[str, Any]) -> Config:
    """The configuration of such a table; entries that are missing keep their defaults.

    Raises
    ------
    ValueError
        If the table has an entry that the configuration has not.
    """
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{kind.__name__} has no setting {unknown[0]!r}")
    values = {
        name: from_table(hints[name], value) if is_dataclass(hints[name]) else value
        for name, value in table.items()
    }
    return kind(**values)
