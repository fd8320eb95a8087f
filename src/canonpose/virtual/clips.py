"""Motion files that a user names, files or folders."""

from collections.abc import Sequence
from pathlib import Path

from canonpose.errors import InputError
from canonpose.readers.files import list_folder
from canonpose.virtual.files import ENDINGS
from canonpose.virtual.motion import Motion, Units, Up, read_motion


def motion_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named, in natural order.

    Raises
    ------
    InputError
        If there is none.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += [entry for entry in list_folder(path) if entry.suffix.lower() in ENDINGS]
        else:
            files.append(path)
    if not files:
        named = ", ".join(map(str, paths)) or "nothing"
        raise InputError(f"{named}: no motion file is given; name {', '.join(ENDINGS)} files.")
    return files


def read_motions(
    paths: Sequence[Path], *, up: Up | None = None, units: Units | None = None
) -> list[Motion]:
    """Read motion files and folders of them; see `read_motion`."""
    return [read_motion(file, up=up, units=units) for file in motion_files(paths)]
