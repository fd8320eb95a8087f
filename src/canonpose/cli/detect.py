"""``canonpose detect``."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat, detecting
from canonpose.cli.parsing import parse
from canonpose.errors import InputError
from canonpose.exporters.captures import write_detections
from canonpose.files import short_list
from canonpose.people.detections import Detections
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.readers.files import list_folder
from canonpose.readers.names import camera_name
from canonpose.video.opening import is_video


@dataclass(frozen=True)
class Detect:
    """Find everyone in videos, and keep the result beside each.

    train and lift do this themselves where it has not been done.
    """

    videos: tyro.conf.Positional[tuple[Path, ...]]
    """Videos, and folders whose videos are all meant, those in folders inside as well."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Also write all people as keypoint npz files, into folders like those of the videos: a
    capture to train on or to take elsewhere."""
    detector: Flat = DEFAULT_DETECTOR


@dataclass(frozen=True)
class Job:
    """One video."""

    video: Path
    written: Path
    """Where its keypoints go, relative to the folder for them."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Detect, "detect", arguments)
    console = Console(highlight=False)
    jobs = find_jobs(options.videos)
    if options.output is not None:
        check_names(jobs)
    failures: list[str] = []
    with detecting(console, options.detector) as detect:
        for job in jobs:
            try:
                found = detect(job.video)
                if options.output is not None:
                    write_detections(found, options.output / job.written)
            except InputError as error:
                failures.append(str(error))
                console.print(f"[red]failed:[/] {escape(str(error))}", soft_wrap=True)
            else:
                console.print(escape(summary(job.video, found)), soft_wrap=True)
    if options.output is not None:
        _copy_settings(options.videos, options.output)
    if failures:
        raise InputError(
            f"{len(failures)} of {len(jobs)} videos failed, as said above; the others are done."
        )


def find_jobs(paths: Iterable[Path]) -> list[Job]:
    """The videos that are meant, each once.

    Raises
    ------
    InputError
        If none is meant, or a folder holds none.
    """
    jobs: dict[Path, Job] = {}
    for path in paths:
        inside = list(_videos_in(path)) if path.is_dir() else [path]
        if not inside:
            held = short_list(entry.name for entry in list_folder(path)) or "nothing"
            raise InputError(f"{path}: holds no video, only {held}; check the path.")
        for video in inside:
            folder = video.parent.relative_to(path) if path.is_dir() else Path()
            written = folder / f"{camera_name(video)}.npz"
            jobs.setdefault(video.resolve(), Job(video, written))
    if not jobs:
        raise InputError("no video is given; name videos, or folders of them.")
    return list(jobs.values())


def check_names(jobs: Iterable[Job]) -> None:
    """Refuse two videos that would be written to one file.

    Raises
    ------
    InputError
        If there are two.
    """
    taken: dict[Path, Path] = {}
    for job in jobs:
        if (other := taken.setdefault(job.written, job.video)) != job.video:
            raise InputError(
                f"{job.video} and {other} would both be written to {job.written}; detect them "
                f"one after the other, into different folders."
            )


def _videos_in(folder: Path) -> Iterator[Path]:
    for entry in list_folder(folder):
        if entry.is_dir():
            yield from _videos_in(entry)
        elif is_video(entry):
            yield entry


def summary(video: Path, found: Detections) -> str:
    """What was found in a video, in a line."""
    seen = (found.people[..., 2] > 0).any(-1).sum(1)
    several = f", several in {(seen > 1).sum()}" if (seen > 1).any() else ""
    return f"{video}: somebody in {(seen > 0).sum()} of {len(found)} frames{several}"


def _copy_settings(paths: Iterable[Path], output: Path) -> None:
    """Bring a capture's settings along, so that its keypoints are the same capture."""
    for path in paths:
        settings = path / FILE_NAME
        if settings.is_file() and not (output / FILE_NAME).exists():
            shutil.copyfile(settings, output / FILE_NAME)
