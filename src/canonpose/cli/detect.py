"""``canonpose detect``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.cli.corpus import DEFAULT_CORPUS, FlatCorpus, conclude, showing
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat
from canonpose.cli.parsing import parse
from canonpose.corpus.detection import Job, detect_corpus
from canonpose.corpus.inputs import check_names, find_sources, videos_inside
from canonpose.files import unreadable, write_whole
from canonpose.folders import check_not_over
from canonpose.readers.capture_toml import FILE_NAME


@dataclass(frozen=True)
class Detect:
    """Find everyone in videos, and keep the result beside each.

    train and lift do this themselves where it has not been done.
    """

    videos: tyro.conf.Positional[tuple[Path, ...]]
    """Videos, folders whose videos are all meant, those in folders inside as well, and patterns
    such as '**/cam*.mp4'."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Also write all people as keypoint npz files, into folders like those of the videos: a
    capture to train on or to take elsewhere."""
    corpus: FlatCorpus = DEFAULT_CORPUS
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Detect, "detect", arguments)
    console, output = Console(highlight=False), options.output
    sources = find_sources(options.videos, videos_inside, "video", output, options.corpus.list)
    if output is not None:
        check_names(sources)
        check_not_over([output / s.written for s in sources], [s.path for s in sources])
        _copy_settings(options.videos, output)
    jobs = [Job(source.path, output and output / source.written) for source in sources]
    outcomes = []
    with showing(console, len(jobs), "detecting") as show:
        for outcome in detect_corpus(jobs, options.detector, options.corpus, show.progress):
            show.outcome(outcome)
            outcomes.append(outcome)
    conclude(outcomes, console, options.corpus, output, "video")


def _copy_settings(paths: Iterable[Path], output: Path) -> None:
    """Bring a capture's settings along, so that its keypoints are the same capture.

    To be called before anything is detected: an error here would keep that table from being shown
    which says what became of the videos.

    Raises
    ------
    InputError
        If the settings cannot be read, or the copy cannot be written.
    """
    for path in paths:
        settings, copy = path / FILE_NAME, output / FILE_NAME
        if not settings.is_file() or copy.exists():
            continue
        try:
            content = settings.read_bytes()
        except OSError as error:
            raise unreadable(settings, error) from error
        write_whole(copy, content)
