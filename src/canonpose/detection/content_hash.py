"""What a file holds, as a hash that is computed again only when the file was touched."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from canonpose.errors import InputError
from canonpose.files import unreadable, write_whole


def file_state(path: Path) -> dict[str, int]:
    """What changes, by the file system's account, whenever a file's content does.

    Raises
    ------
    InputError
        If there is no such file.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "ctime_ns": stat.st_ctime_ns}


def remembered_hash(memo: Path) -> tuple[dict[str, int], str] | None:
    """A file's state and hash as `content_hash` wrote them down; None where that is unreadable."""
    try:
        held = json.loads(memo.read_bytes())
        state = {name: int(held[name]) for name in ("size", "mtime_ns", "ctime_ns")}
        return state, str(held["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def content_hash(path: Path, memo: Path) -> tuple[str, bool]:
    """The SHA-256 of a file, and whether it differs from what was remembered.

    Parameters
    ----------
    path : path
        The file.
    memo : path
        Where size, times and hash are remembered; where they fit, the file is not read.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    state, remembered = file_state(path), remembered_hash(memo)
    if remembered is not None and remembered[0] == state:
        return remembered[1], False
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error
    if file_state(path) == state:
        with suppress(InputError):  # a memo that cannot be written only costs time
            write_whole(memo, json.dumps({**state, "sha256": digest}))
    return digest, remembered is not None and remembered[1] != digest
