"""Opening files, and saying what is wrong with them."""

import json
import re
from pathlib import Path
from typing import Any

from canonpose.errors import InputError
from canonpose.files import unreadable


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises
    ------
    InputError
        If it cannot be opened, or is truncated or no JSON at all.

    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: broken or truncated JSON (line {error.lineno}, column {error.colno}: "
            f"{error.msg}); write the file again."
        ) from error
    except (ValueError, RecursionError) as error:  # not text, or absurd numbers or nesting
        raise InputError(f"{path}: is not a JSON file; write the file again.") from error


def list_folder(folder: Path) -> list[Path]:
    """What a folder holds, hidden entries left out, in natural order (cam2 before cam10).

    Raises
    ------
    InputError
        If it is missing, no folder, or closed to us.

    """
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(entries, key=lambda entry: natural_key(entry.name))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that counts digits as numbers."""
    parts = re.split(r"(\d+)", name)
    return tuple((1, int(p), "") if p.isdecimal() else (0, 0, p) for p in parts)
