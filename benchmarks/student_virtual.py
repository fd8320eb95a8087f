"""The student on virtual captures: still, following and hand-held rigs of 2, 3, 4 and 8 cameras.

    python benchmarks/student_virtual.py DATA -o FOLDER [--cameras 4 --movements static ptz]

DATA holds the CMU motion files. Trained from random weights on clips of some people, scored on
others: clips that `canonpose.datasets.virtual` holds back, the last subject's among them, lifted
view by view through still cameras that stand otherwise. ``supervised`` is the student's last round
in all but its labels: the same detections triangulated with the cameras that filmed them, frame by
frame. Finished rows are kept in FOLDER, and trainings go on where they were stopped.
"""

import json
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.chirality import ChiralityVote
from canonpose.datasets.virtual import parted, subjects_of
from canonpose.errors import InputWarning
from canonpose.files import write_whole
from canonpose.lifter import LifterConfig
from canonpose.refining.rounds import STUDENT, Rounds
from canonpose.refining.stages import holds_student
from canonpose.solving.all_frames import JointsIn3D
from canonpose.solving.footage import RigFootage
from canonpose.solving.lifted_views import LiftedViews
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import rig_views
from canonpose.solving.solved import MirrorVotes, SolvedRig, SolvedTake
from canonpose.solving.world import RigWorld, in_world
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import PRESETS, default_preset
from canonpose.training.ready import ready_lifter
from canonpose.training.session import Progress
from canonpose.training.start import NOTHING
from canonpose.virtual.capture import Filming, film
from canonpose.virtual.movement import Movement
from canonpose.virtual.rigs import RingRig
from pretrain import Footage, faced, virtual_scores
from solving_virtual import MOVEMENTS, Clip, by_true_cameras, clip_of, moment_by_moment
from student import table

START = "self-supervised"
"""The lifter that student and twin start from, by the preset that is the default."""
TRUE = "true calibration"
DONE = "row.json"
SURE = 1e-3
"""Body heights by which a triangulated label of the supervised row is taken to be off: all count
alike."""


@dataclass(frozen=True)
class Benchmark:
    """Train and score ``released``, ours, the student and its supervised twin."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    cameras: tuple[int, ...] = (4, 2, 3, 8)
    movements: tuple[Movement, ...] = MOVEMENTS
    rows: tuple[str, ...] = (START, "student", "supervised", "released")
    frames: int = 150
    """Of a clip, at 30 a second; shorter clips are left out."""
    every: int = 2
    """One of so many clips is trained on."""
    width: int = 256
    seed: int = 0
    start_from: str = NOTHING
    """Of all but ``released``; ``pretrained``, which needs a width of 512 or more, has seen the
    training clips by other cameras and none of those that are scored. A student starts from that
    as it is, and needs no self-supervised row."""
    refining: canonpose.RefineConfig = field(default_factory=canonpose.RefineConfig)


@dataclass(frozen=True)
class Row:
    """One lifter."""

    cameras: int
    movement: str
    title: str
    steps: int = 0
    n_mpjpe: float = np.nan
    p_mpjpe: float = np.nan
    cps: float = np.nan
    mirrored_before_fix: bool = False
    margin: float = np.nan


def main() -> None:
    options = tyro.cli(Benchmark)
    rows = []
    for cameras in options.cameras:
        for movement in options.movements:
            clips = filmed(options, cameras, movement)
            for title in options.rows:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", InputWarning)
                    rows.append(trained(options, clips, Row(cameras, movement, title)))
                print(markdown(rows).splitlines()[-1], flush=True)
                write_whole(options.output / "student_virtual.md", markdown(rows))
    print(markdown(rows))


def filmed(options: Benchmark, cameras: int, movement: Movement) -> list[Clip]:
    """Training clips through one ring of cameras."""
    learned, _, _ = parted(subjects_of(options.data))
    motions = [faced(clip, Footage(seed=options.seed)) for clip in sorted(learned)]
    long = [motion for motion in motions if len(motion) >= options.frames]
    motions = [motion[: options.frames] for motion in long[:: options.every]]
    filming = Filming(RingRig(cameras, start=22.0), movement, seed=options.seed)
    takes = film(motions, filming, subject="ring")
    return [clip_of(*filmed, movement) for filmed in zip(motions, takes, strict=True)]


def together(clips: Sequence[Clip]) -> canonpose.Capture:
    """All takes in one capture."""
    takes = tuple(take for clip in clips for take in clip.capture.takes)
    return replace(clips[0].capture, takes=takes)


def trained(options: Benchmark, clips: Sequence[Clip], row: Row) -> Row:
    """Train, unless that was done before, and score."""
    folder = options.output / f"{row.cameras}-{row.movement}"
    run = folder / row.title
    if (run / DONE).exists():
        return Row(**json.loads((run / DONE).read_text()))
    capture, resume = together(clips), (run / CHECKPOINT).exists()
    own = PRESETS[default_preset(capture.static_cameras)]
    preset = PRESETS["released"] if row.title == "released" else own
    shape = LifterConfig(width=options.width)
    start = NOTHING if row.title == "released" else options.start_from
    config = replace(preset, lifter=shape, seed=options.seed, start_from=start)
    if row.title in (START, "released"):
        lifter = canonpose.train(capture, run, config, resume=resume)
    elif row.title == "student" and start == NOTHING:
        rounds = Rounds(
            capture,
            run,
            config,
            options.refining,
            resume=run.exists(),
            overwrite=False,
            device="auto",
            progress=quiet,
            say=lambda sentence: None,
        )
        lifter = rounds.run(canonpose.load_lifter(folder / START), START)
    elif row.title == "student":
        resume = holds_student(run)
        lifter = canonpose.train_refined(capture, run, config, options.refining, resume=resume)
    else:
        ready = ready_lifter(capture, config)
        known = None if ready is None else ready[0]
        lifter = canonpose.refine(
            capture,
            start_of_last_round(folder) or known,
            run,
            options.refining,
            solved=truly_solved(clips, capture),
            known=known,
            training=config,
            resume=resume,
        )
    scores, facts = virtual_scores(options.data, lifter)[0], lifter.provenance
    row = replace(
        row,
        steps=facts["steps"],
        n_mpjpe=scores.n_mpjpe,
        p_mpjpe=scores.p_mpjpe,
        cps=scores.cps,
        mirrored_before_fix=facts["chirality"]["mirrored_before_fix"],
        margin=facts["chirality"]["margin"],
    )
    write_whole(run / DONE, json.dumps(asdict(row), indent=2))
    return row


def start_of_last_round(folder: Path) -> canonpose.TrainedLifter | None:
    """The lifter that the student started from at last; None if that was trained elsewhere."""
    for before in (folder / "student" / f"{STUDENT}-1", folder / START):
        if before.exists():
            return canonpose.load_lifter(before)
    return None


def quiet(stage: str, progress: Progress) -> None:
    """Bars of every training would tell nothing in a table."""


def truly_solved(clips: Sequence[Clip], capture: canonpose.Capture) -> canonpose.Solved:
    """The capture by the cameras that filmed it, as one rig where they stand still."""
    groups = [clips] if capture.static_cameras else [[clip] for clip in clips]
    parts = [_rig_of(group, capture) for group in groups]
    takes = tuple(take for _, taken, _ in parts for take in taken)
    return canonpose.Solved(
        takes, tuple(rig for rig, _, _ in parts), capture.skeleton, units=parts[0][2]
    )


def _rig_of(
    clips: Sequence[Clip], capture: canonpose.Capture
) -> tuple[SolvedRig, tuple[SolvedTake, ...], str]:
    """Clips of one rig, triangulated robustly, in body heights."""
    takes = together(clips).takes
    views = rig_views(takes, capture.cameras, capture.skeleton.detected_only())
    positions = np.concatenate([by_true_cameras(clip, bones=False) for clip in clips])
    sigma = np.where(np.isfinite(positions).all(-1), SURE, np.nan)
    unknown = np.full(views.scores.shape, np.nan)
    in_3d = JointsIn3D(positions, sigma, unknown, np.full(len(views.cameras), np.nan))
    cameras = moment_by_moment(clips[0].cameras, len(clips[0].truth))
    if capture.static_cameras:
        still = Pinholes(
            cameras.rotations[:, 0],
            -np.einsum("vab,vb->va", cameras.rotations[:, 0], cameras.centres[:, 0]),
            cameras.focals[:, 0],
            cameras.middles,
            np.zeros(len(views.cameras)),
        )
        world = RigWorld("perspective", TRUE, still.rotations, still, in_3d)
    else:
        turning = cameras.rotations
        world = RigWorld("moving", TRUE, turning[:, 0], None, in_3d, turning, cameras.focals)
    nothing = LiftedViews(unknown[..., :1, None], unknown[..., 0], unknown[..., 0])
    footage = RigFootage(takes[0].rig, takes, capture.skeleton, views, nothing)
    votes = MirrorVotes(ChiralityVote(0.0, {}, 0), np.nan, np.nan, False)
    return in_world(footage, world, votes, unknown[:, 0, 0], np.nan, None)


def markdown(rows: list[Row]) -> str:
    """The table of the documentation."""
    names = ("cameras", "movement", "lifter", "steps", "N-MPJPE mm", "P-MPJPE mm", "CPS mm", "vote")
    lines = [
        (
            f"{row.cameras}",
            row.movement,
            row.title,
            f"{row.steps}",
            f"{row.n_mpjpe:.1f}",
            f"{row.p_mpjpe:.1f}",
            f"{row.cps:.1f}",
            f"{row.margin:.2f}",
        )
        for row in rows
    ]
    return table(names, lines)


if __name__ == "__main__":
    main()
