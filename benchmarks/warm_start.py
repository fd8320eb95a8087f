"""Trainings from random weights against trainings from the pretrained lifter.

    python benchmarks/warm_start.py DATA -o FOLDER [--demo] [--preset moving] [--shares 1 0.25]

DATA holds AIST++'s ``train/``, ``test/ch06/``, ``reference/ch06.npz`` and ``cameras.json``; with
``--demo`` the demo's footage is used instead. The pretrained lifter is also scored as it is.
Finished rows are kept in FOLDER, so that the command can be stopped and repeated.
"""

import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

import canonpose
from aistpp import CAMERAS, JOINTS, TEST, training_capture
from canonpose.cli.presets import preset_of
from canonpose.demo import fetch_footage
from canonpose.demo.run import calibrated_reference
from canonpose.files import write_whole
from canonpose.lifter import TrainedLifter
from canonpose.lifter.pretrained import PRETRAINED, lifter_named
from canonpose.metrics.results import Scores
from canonpose.training import TrainingConfig
from canonpose.training.start import NOTHING


@dataclass(frozen=True)
class Benchmark:
    """Train cold and warm, at the full number of steps and at shares of it, and score."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    demo: bool = False
    """The demo's 100 frames in place of AIST++."""
    start: str = PRETRAINED
    """What the warm trainings start from."""
    test: str = TEST
    """The take that is scored and never trained on; a training take to choose settings by."""
    shares: tuple[float, ...] = (1.0, 0.25)
    """Of the preset's epochs and steps."""
    starts: tuple[str, ...] = ("cold", "warm")
    preset: str = "fast"
    """With ``moving``, nobody says that the cameras stand still."""
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = canonpose.PRESETS["fast"]


@dataclass(frozen=True)
class Row:
    """One lifter."""

    title: str
    steps: int
    mirrored_before_fix: bool
    n_mpjpe: float
    p_mpjpe: float
    cps: float


def main() -> None:
    default = Benchmark(tyro.MISSING, tyro.MISSING, config=preset_of(sys.argv[1:]))
    options = tyro.cli(Benchmark, default=default)
    rows = [alone(options)] if "warm" in options.starts else []
    for share in options.shares:
        rows += [measured(options, start, share) for start in options.starts]
    text = "".join(
        f"| {row.title} | {row.steps} | {'yes' if row.mirrored_before_fix else 'no'} | "
        f"{row.n_mpjpe:.1f} | {row.p_mpjpe:.1f} | {row.cps:.1f} |\n"
        for row in rows
    )
    head = "| start | steps | mirrored before fix | N-MPJPE mm | P-MPJPE mm | CPS mm |\n"
    print(head + "|---|---|---|---|---|---|\n" + text)


def alone(options: Benchmark) -> Row:
    """The pretrained lifter without any training."""
    scores = scored(options, lifter_named(options.start))
    return Row("no training", 0, False, scores.n_mpjpe, scores.p_mpjpe, scores.cps)


def measured(options: Benchmark, start: str, share: float) -> Row:
    """Train, unless that was done before, and score."""
    run = options.output / f"{start}-{share:g}"
    result = run / "row.json"
    if result.exists():
        return Row(**json.loads(result.read_text()))
    config = replace(
        options.config,
        epochs=max(1, round(share * options.config.epochs)),
        min_steps=round(share * options.config.min_steps),
        start_from=options.start if start == "warm" else NOTHING,
    )
    lifter = canonpose.train(footage(options), run, config, resume=True)
    scores, facts = scored(options, lifter), lifter.provenance
    row = Row(
        f"{start}, {share:g} of the steps",
        facts["steps"],
        facts["chirality"]["mirrored_before_fix"],
        scores.n_mpjpe,
        scores.p_mpjpe,
        scores.cps,
    )
    write_whole(result, json.dumps(asdict(row), indent=2))
    return row


def footage(options: Benchmark) -> canonpose.Capture:
    if options.demo:
        return canonpose.read_capture(fetch_footage().keypoints)
    capture = training_capture(options.data, static=options.preset != "moving")
    takes = tuple(take for take in capture.takes if take.name != options.test)
    return replace(capture, takes=takes)


def scored(options: Benchmark, lifter: TrainedLifter) -> Scores:
    if options.demo:
        files = fetch_footage()
        capture = canonpose.read_capture(files.keypoints)
        reference = calibrated_reference(capture, files.calibration)
        poses = [canonpose.lift(view, lifter) for view in capture.takes[0].views.values()]
        return canonpose.evaluate(
            poses, reference, calibration=files.calibration, joints=JOINTS
        ).overall
    part = "test" if options.test == TEST else "train"
    views = [options.data / part / options.test / f"{camera}.npz" for camera in CAMERAS]
    poses = [canonpose.lift(canonpose.read_keypoints(file), lifter) for file in views]
    return canonpose.evaluate(
        poses,
        options.data / "reference" / f"{options.test}.npz",
        calibration=options.data / "cameras.json",
        joints=JOINTS,
    ).overall


if __name__ == "__main__":
    main()
