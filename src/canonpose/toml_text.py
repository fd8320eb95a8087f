"""Settings as TOML files: read, and written, which the standard library does not."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canonpose.errors import InputError
from canonpose.files import unreadable


def read_toml(path: Path, *, optional: bool = False) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, and its entries; nothing of an optional one that is not there.

    Raises
    ------
    InputError
        If it cannot be read, or is no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        if optional and isinstance(error, FileNotFoundError):
            return "", {}
        raise unreadable(path, error) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: is not a TOML file ({error}); correct it there.") from error


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
