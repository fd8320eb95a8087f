"""Settings as the text of a TOML file, which the standard library reads but does not write."""

import json
from collections.abc import Mapping
from typing import Any


def toml_text(entries: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Entries, then tables, line by line.

    Parameters
    ----------
    entries : mapping
        Name to a string, a number, a boolean or a list of these.
    tables : mapping
        Title to the entries of a table; their names may be any strings.
    """
    lines = [f"{name} = {_value(value)}" for name, value in entries.items()]
    for title, table in tables.items():
        lines += ["", f"[{title}]"]
        lines += [f"{_value(name)} = {_value(value)}" for name, value in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """JSON writes these as TOML does."""
    return json.dumps(value, ensure_ascii=False)
