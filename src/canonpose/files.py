"""Writing files whole or not at all."""

import os
from collections.abc import Iterator
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
