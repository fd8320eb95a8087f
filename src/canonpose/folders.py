"""Where it may be written: new folders, whole or not at all, and never over what is read."""

import shutil
from collections.abc import Iterable, Iterator
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


def check_not_over(targets: Iterable[Path], sources: Iterable[Path]) -> None:
    """Refuse to write over what is read, or into it where it is a folder.

    Parameters
    ----------
    targets : iterable of path
        Files to be written.
    sources : iterable of path
        Files and OpenPose folders to be read.

    Raises
    ------
    InputError
        If one of the targets is, or lies in, one of the sources, links followed.
    """
    read = {source.resolve(): source for source in sources}
    for target in targets:
        real = target.resolve()
        for place in (real, *real.parents):
            if place in read:
                how = "over" if place == real else "into"
                raise InputError(
                    f"{target}: would be written {how} {read[place]}, which is to be read; choose "
                    f"another folder or name for it."
                )


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
