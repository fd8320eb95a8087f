"""New folders: written whole or not at all, and never over what is there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from canonpose.errors import InputError
from canonpose.files import unreadable


def check_free(folder: Path) -> None:
    """Refuse a folder in which something would be overwritten.

    Raises
    ------
    InputError
        If it is a file, or a folder that holds something.
    """
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise unreadable(folder, error) from error
    if taken:
        raise InputError(f"{folder}: is there already; choose a new folder, or remove it.")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``folder``, which takes its place at the end.

    If anything fails, nothing is left.

    Raises
    ------
    InputError
        If the folder is a file or holds something, or cannot be written.
    """
    check_free(folder)
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        temporary.chmod(0o755)
        yield temporary
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror or error}); make room or choose "
            f"another place, then run the command again."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
