"""``canonpose lift --each``: many files, each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.cli.corpus import DEFAULT_CORPUS, FlatCorpus, conclude, showing
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat
from canonpose.cli.parsing import Switch, frame_rate, parse
from canonpose.corpus.inputs import cameras_inside, check_names, find_sources
from canonpose.corpus.lifting import LiftJob, LiftSettings, lift_corpus
from canonpose.deployment.runtimes import Runtime
from canonpose.folders import check_not_over
from canonpose.lifter.naming import PRETRAINED


@dataclass(frozen=True)
class LiftEach:
    """Lift many cameras' videos or 2D keypoints to 3D, each by itself.

    Nothing is done twice: files whose poses are there already are passed over, an interrupted run
    goes on, and one bad file does not stop the others.
    """

    inputs: tyro.conf.Positional[tuple[Path, ...]]
    """Videos, keypoint files, OpenPose folders, folders with any of these in them or in folders
    inside, and patterns such as '**/cam*.mp4'."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")]
    """Folder for the poses, in folders like those of the files."""
    model: Annotated[str, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = PRETRAINED
    """Folder of a trained lifter; by default the one that comes with canonpose, which has not seen
    your footage."""
    single_frame: Switch = False
    """Lift every frame of a recording by itself, and not as a mean over its neighbours."""
    subject_height: float | None = None
    """Standing height in metres of the one person in all files; makes the results metric."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    fps: float | None = None
    """Frames per second, in place of what the files say."""
    device: str = "cpu"
    """auto, cpu, cuda, ..."""
    runtime: Runtime = "torch"
    """onnx lifts without PyTorch: by a file that canonpose export wrote, or the lifter.onnx in the
    folder of the model."""
    corpus: FlatCorpus = DEFAULT_CORPUS
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(LiftEach, "lift --each", arguments)
    console = Console(highlight=False)
    sources = find_sources(
        options.inputs, cameras_inside, "camera", options.output, options.corpus.list
    )
    check_names(sources)
    jobs = [LiftJob(source.path, options.output / source.written) for source in sources]
    check_not_over([job.written for job in jobs], [job.source for job in jobs])
    lifting = LiftSettings(
        options.model,
        options.runtime,
        options.single_frame,
        options.subject_height,
        options.layout,
        options.device,
        frame_rate(options.fps),
    )
    outcomes = []
    with showing(console, len(jobs), "lifting") as show:
        for outcome in lift_corpus(jobs, lifting, options.detector, options.corpus, show.progress):
            show.outcome(outcome)
            outcomes.append(outcome)
    conclude(outcomes, console, options.corpus, options.output, "file")
