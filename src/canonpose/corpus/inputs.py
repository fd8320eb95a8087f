"""The files of a corpus: folders with all that is inside, patterns, and lists."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonpose.errors import InputError
from canonpose.files import read_text, short_list
from canonpose.readers.files import list_folder
from canonpose.readers.folders import find_cameras
from canonpose.readers.names import camera_name
from canonpose.readers.openpose import is_openpose_folder
from canonpose.video.opening import is_video

Inside = Callable[[Path], Sequence[Path]]
"""What is meant of that which lies directly in a folder."""


@dataclass(frozen=True)
class Source:
    """One camera's file or folder."""

    path: Path
    written: Path
    """The npz file that is made of it, relative to the folder for them."""


def videos_inside(folder: Path) -> Sequence[Path]:
    """The videos that lie directly in a folder."""
    return [entry for entry in list_folder(folder) if is_video(entry) and entry.is_file()]


def cameras_inside(folder: Path) -> Sequence[Path]:
    """The cameras that lie directly in a folder; a video with keypoints beside it is not one."""
    return list(find_cameras(folder).values())


def find_sources(
    inputs: Iterable[Path],
    inside: Inside,
    what: str,
    leave_out: Path | None = None,
    listed: Path | None = None,
) -> list[Source]:
    """The files that are meant, each once.

    Parameters
    ----------
    inputs : iterable of path
        Files, folders, with the folders inside, and patterns such as ``**/cam*.mp4``.
    inside : function
        `videos_inside` or `cameras_inside`.
    what : str
        What the function looks for, for messages.
    leave_out : path, optional
        A folder that is not looked into, be it for folders or for patterns.
    listed : path, optional
        A text file that names more files, one a line.

    Raises
    ------
    InputError
        If none is meant, a folder holds none, or the list cannot be read.
    """
    sources: dict[Path, Source] = {}
    for path in inputs:
        for source in _sources(path, inside, what, leave_out):
            sources.setdefault(source.path.resolve(), source)
    for source in sources_of_list(listed) if listed is not None else ():
        sources.setdefault(source.path.resolve(), source)
    if not sources:
        raise InputError(f"no {what} is given; name {what}s, or folders of them.")
    return list(sources.values())


def _sources(path: Path, inside: Inside, what: str, leave_out: Path | None) -> Iterator[Source]:
    if path.is_dir() and not is_openpose_folder(path):
        found = list(_within(path, inside, leave_out.resolve() if leave_out else None, set()))
        if not found:
            held = short_list(entry.name for entry in list_folder(path)) or "nothing"
            raise InputError(f"{path}: holds no {what}, only {held}; check the path.")
        yield from _placed(found, path)
    elif glob.has_magic(str(path)) and not path.exists():
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
        if not matches:
            raise InputError(f"{path}: no {what} has such a name; check the pattern.")
        # Results of an earlier run are no sources, unless nothing else is meant.
        matches = [match for match in matches if not _is_in(match, leave_out)] or matches
        yield from _placed(matches, common_folder(matches))
    else:
        yield from _placed([path], path.parent)


def _within(
    folder: Path, inside: Inside, leave_out: Path | None, been: set[Path]
) -> Iterator[Path]:
    """A folder's own files, then those of the folders inside.

    Each folder once, as links may go in circles.
    """
    if (real := folder.resolve()) in been or real == leave_out:
        return
    been.add(real)
    yield from inside(folder)
    for entry in list_folder(folder):
        if entry.is_dir() and not is_openpose_folder(entry):
            yield from _within(entry, inside, leave_out, been)


def _is_in(path: Path, folder: Path | None) -> bool:
    return folder is not None and folder.resolve() in path.resolve().parents


def _placed(paths: Iterable[Path], base: Path) -> Iterator[Source]:
    base = _plain(base)
    for path in paths:
        folder = _plain(path.parent).relative_to(base)
        yield Source(path, folder / f"{camera_name(path)}.npz")


def _plain(folder: Path) -> Path:
    """Absolute and without ``..``, which would lead out of the folder that is written to.

    Links keep their names, so that results lie in folders like those that users see.
    """
    return Path(os.path.abspath(folder))


def read_list(file: Path) -> list[Path]:
    """The paths in a text file, one a line; empty lines and those that begin with # do not count.

    Raises
    ------
    InputError
        If it cannot be read, or is no text.
    """
    lines = read_text(file, "is no text; write one path a line").splitlines()
    return [Path(line.strip()) for line in lines if line.strip() and not line.startswith("#")]


def sources_of_list(file: Path) -> list[Source]:
    """What a list names, written to where it lies below the folder that all of it shares.

    Raises
    ------
    InputError
        If the list cannot be read, or names nothing.
    """
    paths = read_list(file)
    if not paths:
        raise InputError(f"{file}: names no file; write one path a line.")
    return list(_placed(paths, common_folder(paths)))


def common_folder(paths: Sequence[Path]) -> Path:
    """The folder below which all of them lie."""
    if any(path.is_absolute() for path in paths) and not all(path.is_absolute() for path in paths):
        raise InputError("some paths of the list are relative and some are not; write all alike.")
    return Path(os.path.commonpath([_plain(path.parent) for path in paths]))


def check_names(sources: Iterable[Source]) -> None:
    """Refuse two files of which one and the same file would be made.

    Raises
    ------
    InputError
        If there are two.
    """
    taken: dict[Path, Path] = {}
    for source in sources:
        if (other := taken.setdefault(source.written, source.path)) != source.path:
            raise InputError(
                f"{source.path} and {other} would both be written to {source.written}; do them "
                f"one after the other, into different folders."
            )
