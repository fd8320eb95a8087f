"""Files: written whole or not at all, read as text, and what to say where one cannot be opened."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from canonpose.errors import InputError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; what is written there takes its place at the end.

    If anything fails, ``path`` stays what it was and the temporary file is removed.

    Raises
    ------
    InputError
        If the file cannot be written: a full disk, a missing permission.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); make room or choose another "
            f"place, then run the command again."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write bytes or UTF-8 text by `written_whole`."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with written_whole(path) as temporary:
        temporary.write_bytes(data)


def read_text(path: Path, refusal: str) -> str:
    """What a file of UTF-8 text holds, less the mark with which some editors begin it.

    Parameters
    ----------
    path : path
    refusal : str
        What is wrong with a file that is none, and what to do: "is not text; copy it again".

    Raises
    ------
    InputError
        If it cannot be read, or is none.
    """
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: {refusal}.") from error


def unreadable(path: Path, error: OSError) -> InputError:
    """The error to raise where the system will not open a file or folder."""
    reason = error.strerror or type(error).__name__
    remedy = "check the path"
    if isinstance(error, PermissionError):
        remedy = "give yourself the right to read it"
    return InputError(f"{path}: cannot be read ({reason}); {remedy}.")


def short_list(names: Iterable[object], most: int = 12) -> str:
    """Names in a row, cut off where there are too many to read."""
    listed = [str(name) for name in names]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
