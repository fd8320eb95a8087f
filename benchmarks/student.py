"""The student beside the authors' recipe, a supervised lifter and the lifter it starts from.

    python benchmarks/student.py DATA -o FOLDER [--seeds 3] [--demo]
    python benchmarks/student.py DATA -o FOLDER --test ch03 --rows student --lifter.width 256
        [--first RUN] [--refining.tilt 30 ...]

DATA holds AIST++'s ``train/``, ``test/ch06/``, ``reference/`` and ``cameras.json``; with ``--demo``
the demo's footage is used instead. All views are lifted one by one. ``supervised`` is the student
in all but its labels: the same footage triangulated with the true calibration. Finished rows are
kept in FOLDER, and trainings go on where they were stopped. The second form is for choosing
settings, on a training take that is left out.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from aistpp import TEST
from canonpose.chirality import ChiralityVote
from canonpose.cli.presets import preset_of
from canonpose.demo import fetch_footage
from canonpose.files import write_whole
from canonpose.lifter import TrainedLifter
from canonpose.readers.calibration import read_calibration
from canonpose.refining.stages import FIRST_STAGE, holds_student
from canonpose.solving import one_rig
from canonpose.solving.all_frames import joints_of_perspective
from canonpose.solving.footage import RigFootage
from canonpose.solving.lifted_views import LiftedViews
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import rig_views
from canonpose.solving.solved import MirrorVotes
from canonpose.solving.world import RigWorld, in_world
from canonpose.training import TrainingConfig
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.ready import ready_lifter
from warm_start import footage, scored


@dataclass(frozen=True)
class Benchmark:
    """Train and score ``released``, ``fast``, the student and its supervised twin."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    demo: bool = False
    """The demo's 100 frames in place of AIST++."""
    test: str = TEST
    """The take that is scored and never trained on; a training take to choose settings by."""
    seeds: int = 1
    """Of all but ``released``, which is trained once."""
    rows: tuple[str, ...] = ("released", "student", "supervised")
    """``student`` brings the row of the lifter that was trained before it, if one was."""
    preset: str = "fast"
    """Of the lifter that the student starts from."""
    first: Path | None = None
    """A self-supervised training of the same footage, made before, to start all students from."""
    refining: canonpose.RefineConfig = field(default_factory=canonpose.RefineConfig)
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = canonpose.PRESETS["fast"]


@dataclass(frozen=True)
class Row:
    """One lifter."""

    title: str
    seed: int
    width: int
    steps: int
    n_mpjpe: float
    p_mpjpe: float
    cps: float
    mirrored_before_fix: bool
    margin: float


def main() -> None:
    default = Benchmark(tyro.MISSING, tyro.MISSING, config=preset_of(sys.argv[1:]))
    options = tyro.cli(Benchmark, default=default)
    rows = []
    for seed in range(options.seeds):
        for title in options.rows:
            if title == "released" and seed > 0:
                continue
            rows += trained(options, title, seed)
            print(markdown(rows).splitlines()[-1], flush=True)
    write_whole(options.output / "student.md", markdown(rows))
    print(markdown(rows))


def trained(options: Benchmark, title: str, seed: int) -> list[Row]:
    """Train, unless that was done before, and score."""
    capture, config = one_rig(footage(options)), replace(options.config, seed=seed)
    run = options.output / f"{title}-{seed}"
    if title == "released":
        released = replace(canonpose.PRESETS["released"], lifter=config.lifter, seed=seed)
        if done := known(run):
            return [done]
        lifter = canonpose.train(capture, run, released, resume=(run / CHECKPOINT).exists())
        return [measured(options, title, seed, run, lifter)]
    first = options.first or options.output / f"student-{seed}" / FIRST_STAGE
    if title == "student" and options.first is None:
        if not known(run):
            resume = holds_student(run)
            canonpose.train_refined(capture, run, config, options.refining, resume=resume)
        start = [measured(options, options.preset, seed, first)] if first.exists() else []
        return [*start, measured(options, title, seed, run)]
    if done := known(run):
        return [done]
    ready = None if first.exists() else ready_lifter(capture, config)
    lifter = canonpose.refine(
        capture,
        canonpose.load_lifter(first) if ready is None else ready[0],
        run,
        options.refining,
        solved=truly_solved(options, capture) if title == "supervised" else None,
        known=None if ready is None else ready[0],
        training=config,
        resume=(run / CHECKPOINT).exists(),
    )
    return [measured(options, title, seed, run, lifter)]


def truly_solved(options: Benchmark, capture: canonpose.Capture) -> canonpose.Solved:
    """The capture by its true cameras, triangulated as solving triangulates."""
    file = fetch_footage().calibration if options.demo else options.data / "cameras.json"
    calibration = read_calibration(file)
    joints = capture.skeleton.detected_only()
    views = rig_views(capture.takes, capture.cameras, joints)
    true = [calibration[camera] for camera in views.cameras]
    pinholes = Pinholes(
        np.stack([camera.rotation for camera in true]),
        np.stack([camera.translation for camera in true]),
        np.array([camera.matrix[0, 0] for camera in true]),
        np.stack([camera.matrix[:2, 2] for camera in true]),
        np.array([camera.distortion[0] for camera in true]),
    )
    in_3d = joints_of_perspective(
        pinholes, views, canonpose.SolveConfig().tolerance * views.person_by_view
    )
    shape = views.scores.shape[:2]
    unknown = LiftedViews(np.full((*shape, 3, 3), np.nan), np.full(shape, np.nan), np.zeros(shape))
    rig = RigFootage(capture.takes[0].rig, capture.takes, capture.skeleton, views, unknown)
    world = RigWorld("perspective", "true calibration", pinholes.rotations, pinholes, in_3d)
    votes = MirrorVotes(ChiralityVote(0.0, {}, 0), np.nan, np.nan, False)
    solved, takes, units = in_world(rig, world, votes, np.full(len(true), np.nan), np.nan, None)
    return canonpose.Solved(takes, (solved,), capture.skeleton, units)


def known(run: Path) -> Row | None:
    """The row of a training that was finished before."""
    result = run / "row.json"
    return Row(**json.loads(result.read_text())) if result.exists() else None


def measured(
    options: Benchmark, title: str, seed: int, run: Path, lifter: TrainedLifter | None = None
) -> Row:
    """Score the lifter of a run, and keep its row."""
    if done := known(run):
        return done
    lifter = lifter or canonpose.load_lifter(run)
    scores, facts = scored(options, lifter), lifter.provenance
    row = Row(
        title,
        seed,
        lifter.network.config.width,
        facts["steps"],
        scores.n_mpjpe,
        scores.p_mpjpe,
        scores.cps,
        facts["chirality"]["mirrored_before_fix"],
        facts["chirality"]["margin"],
    )
    write_whole(run / "row.json", json.dumps(asdict(row), indent=2))
    return row


def markdown(rows: list[Row]) -> str:
    """The table of the documentation."""
    names = ("lifter", "seed", "width", "steps", "N-MPJPE mm", "P-MPJPE mm", "CPS mm", "vote")
    lines = [
        (
            row.title,
            f"{row.seed}",
            f"{row.width}",
            f"{row.steps}",
            f"{row.n_mpjpe:.1f}",
            f"{row.p_mpjpe:.1f}",
            f"{row.cps:.1f}",
            f"{row.margin:.2f}",
        )
        for row in rows
    ]
    return table(names, lines)


def table(names: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """In Markdown."""
    every = [names, ("---",) * len(names), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in every)


if __name__ == "__main__":
    main()
