"""Make the pretrained lifter: without annotation, on virtual captures and on AIST++.

    python benchmarks/pretrain.py train DATA -o RUN     # can be stopped; the same command goes on
    python benchmarks/pretrain.py over-time DATA RUN    # the temporal lifter over it, of all frames
    python benchmarks/pretrain.py score DATA RUN        # people and takes that it never saw
    python benchmarks/pretrain.py pack RUN              # half precision, into the package

DATA holds ``cmu/`` (motion files) and ``aistpp/`` (keypoints of real cameras). Of ``cmu`` the clips
that `canonpose.datasets.virtual` holds back for testing are not trained on; of ``aistpp`` only
``train/`` is read, less c05, which is not synchronised. To choose settings, ``--hold-out ch03``
leaves a take out, which ``score --take ch03`` then scores.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, TypeVar
from zlib import crc32

import numpy as np
import tyro
from rich.console import Console

import canonpose
from canonpose.cli.trainings import stage_bars
from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.datasets.virtual import parted, subjects_of
from canonpose.deployment.export import export_beside
from canonpose.lifter import LifterConfig, TrainedLifter
from canonpose.lifter.temporal import TrainedTemporal, own_temporal, save_temporal
from canonpose.lifter.trained import FILES
from canonpose.losses import LossConfig
from canonpose.metrics import evaluate_views
from canonpose.metrics.results import Scores
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.skeleton import Skeleton, convert, layout
from canonpose.skeleton.convert import complete
from canonpose.temporal import TemporalTraining
from canonpose.temporal.stage import train_over_time
from canonpose.training import AugmentationConfig, TrainingConfig
from canonpose.virtual.capture import Filming, VirtualTake, film
from canonpose.virtual.face import with_face
from canonpose.virtual.motion import Motion, read_motion
from canonpose.virtual.rigs import Optics, RandomRig, Rig, RingRig
from canonpose.virtual.thinning import every_nth, every_nth_of
from temporal import acceleration

Trained = TypeVar("Trained", TrainedLifter, TrainedTemporal)

CAMERAS = ("view1", "view2", "view3", "view4")
QUARTETS = (("c01", "c03", "c06", "c08"), ("c02", "c04", "c07", "c09"))
"""AIST++'s cameras but c05, as two rigs."""
SKELETON = layout("coco17")
"""Of the pretrained lifter: joints that every detector has, and CMU's people with a face."""
SIDES = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("eye", "ear"))
PIECE = 90
"""Frames (3 s): a rig stands as near as the longest piece that it films lets it."""


@dataclass(frozen=True)
class Footage:
    """What is trained on."""

    rigs: int = 16
    """Virtual rigs of four cameras, each with its own directions, distances and fields of view."""
    rigs_without_ears: int = 4
    """Of these, whose detector knows no eyes and ears, as that of the paper's 16 joints."""
    copies: int = 2
    """Rigs that film each piece of motion."""
    every: int = 2
    """One of so many virtual frames (30 a second) is used."""
    every_real: int = 2
    """One of so many of AIST++'s frames (60 a second) is used."""
    hold_out: tuple[str, ...] = ()
    """Takes of AIST++ that are not trained on."""
    seed: int = 0


RECIPE = TrainingConfig(
    lifter=LifterConfig(width=512),
    loss=LossConfig(camera_sum="samples", weight_camera=1.0),
    augmentation=AugmentationConfig(
        flip=True,
        rotation=10.0,
        branch_exchange=0.2,
        joint_dropout=0.03,
        confidence_dropout=0.1,
    ),
    epochs=14,
    batch=64,
    learning_rate=1e-3,
    schedule="cosine",
    precision="auto",
)
REFINING = canonpose.RefineConfig(epochs=80)


@dataclass(frozen=True)
class Train:
    """Train on DATA."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    footage: Footage = field(default_factory=Footage)
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = RECIPE
    refining: canonpose.RefineConfig = REFINING


@dataclass(frozen=True)
class OverTime:
    """Train a temporal lifter over RUN's lifter, on the same movements at their full rates."""

    data: tyro.conf.Positional[Path]
    run: tyro.conf.Positional[Path]
    footage: Footage = Footage(copies=1, every=1, every_real=1)
    config: Annotated[TemporalTraining, tyro.conf.arg(name="")] = field(
        default_factory=lambda: TemporalTraining(rounds=8)
    )


@dataclass(frozen=True)
class Score:
    """Score a lifter on CMU clips that were held back, and on a take of AIST++."""

    data: tyro.conf.Positional[Path]
    run: tyro.conf.Positional[Path]
    take: str = "ch06"


@dataclass(frozen=True)
class Pack:
    """Write a lifter's weights in half precision into the package, and its ONNX file."""

    run: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("src/canonpose/pretrained")


def main() -> None:
    options = tyro.cli(Train | OverTime | Score | Pack)  # type: ignore[arg-type]
    {Train: train, OverTime: over_time, Score: score, Pack: pack}[type(options)](options)


def train(options: Train) -> None:
    capture = footage(options.data, options.footage)
    print(f"{len(capture)} moments, {len({take.rig for take in capture.takes})} rigs", flush=True)
    with stage_bars(Console(highlight=False)) as show:
        canonpose.train_refined(
            capture,
            options.output,
            options.config,
            options.refining,
            resume=True,
            progress=show,
            say=print,
        )


def over_time(options: OverTime) -> None:
    train_over_time(
        footage(options.data, options.footage),
        canonpose.load_lifter(options.run),
        options.run,
        options.config,
        progress=lambda one: print(
            f"round {one.round} of {one.rounds}: {one.position:.4f}", flush=True
        ),
        say=print,
    )


def footage(data: Path, options: Footage) -> Capture:
    """All takes that are trained on, in one skeleton and as four cameras."""
    takes = [*virtual_takes(data / "cmu", options), *real_takes(data / "aistpp", options)]
    sources = ("CMU motion capture through virtual cameras", "AIST++ train")
    return Capture(tuple(takes), CAMERAS, SKELETON, static_cameras=True, sources=sources)


def virtual_takes(folder: Path, options: Footage) -> Iterator[Take]:
    """Every piece of motion, filmed by some of the rigs."""
    random = np.random.default_rng(options.seed)
    learned, _, spared = parted(subjects_of(folder))
    pieces = [
        piece for clip in sorted([*learned, *spared]) for piece in pieces_of(faced(clip, options))
    ]
    filmed_by = [random.choice(options.rigs, options.copies, replace=False) for _ in pieces]
    for number in range(options.rigs):
        rig = random_rig(random)
        mine = [piece for piece, rigs in zip(pieces, filmed_by, strict=True) if number in rigs]
        filming = Filming(rig, seed=options.seed + number)
        for take in film(mine, filming, subject=f"virtual-{number}"):
            hidden = SIDES if number < options.rigs_without_ears else ()
            thin = every_nth(take.labelled, options.every).take
            yield renamed(replace(thin, name=f"{thin.name}-{number}"), hidden)


def faced(clip: Path, options: Footage) -> Motion:
    motion = read_motion(clip)
    return with_face(motion, np.random.default_rng([options.seed, crc32(clip.stem.encode())]))


def pieces_of(motion: Motion) -> list[Motion]:
    """Pieces of three seconds, and what is left if it is more than one second."""
    starts = range(0, max(len(motion) - PIECE // 3, 1), PIECE)
    return [
        replace(motion[start : start + PIECE], name=f"{motion.name}-{start}") for start in starts
    ]


def random_rig(random: np.random.Generator) -> Rig:
    """Cameras anywhere around the subject, from wide angles nearby to long lenses far away."""
    width, height = random.permutation([1920, 1080]) if random.random() < 0.3 else (1920, 1080)
    optics = Optics(int(width), int(height), focal=float(np.exp(random.uniform(-0.4, 0.6))))
    if random.random() < 0.25:
        start, elevation = float(random.uniform(0, 360)), float(random.uniform(0.6, 2.2))
        return RingRig(len(CAMERAS), start=start, elevation=elevation, optics=optics)
    return RandomRig(len(CAMERAS), distances=(1.0, 1.6), elevations=(-10.0, 40.0), optics=optics)


def renamed(take: Take, hidden: Sequence[str] = ()) -> Take:
    """The take in the common skeleton, with the common names of cameras, less hidden joints."""
    views = zip(CAMERAS, take.views.values(), strict=True)
    return replace(take, views={name: in_skeleton(view, name, hidden) for name, view in views})


def in_skeleton(view: Keypoints, camera: str, hidden: Sequence[str] = ()) -> Keypoints:
    """The common skeleton's joints; pelvis and neck are derived, whatever the source calls so."""
    detected = Skeleton("detected", SKELETON.detected, SKELETON.detected[0])
    positions, scores = convert(view.positions, view.scores, view.skeleton, detected)
    out = detected.indices(hidden)
    positions[:, out], scores[:, out] = np.nan, 0
    positions, scores = complete(positions, scores, SKELETON)
    return replace(view, positions=positions, scores=scores, skeleton=SKELETON, camera=camera)


def real_takes(folder: Path, options: Footage) -> Iterator[Take]:
    """AIST++'s training takes, filmed by two rigs."""
    for number, quartet in enumerate(QUARTETS):
        capture = canonpose.read_capture(folder / "train", cameras=quartet, static_cameras=True)
        for take in capture.takes:
            if take.name not in options.hold_out:
                thin = {
                    name: every_nth_of(take.views[name], options.every_real) for name in quartet
                }
                named = replace(take, name=f"{take.name}-{number}", rig=f"aistpp-{number}")
                yield renamed(replace(named, views=thin))


def score(options: Score) -> None:
    """Of single frames and, where the run has a temporal lifter, over time."""
    lifter, temporal = canonpose.load_lifter(options.run), own_temporal(options.run)
    cmu, aistpp = options.data / "cmu", options.data / "aistpp"
    ways = {"single frames": (None, False)}
    if temporal is not None:
        ways |= {"over time": (temporal, False), "live": (temporal, True)}
    for title, way in ways.items():
        for footage, (scores, trembling) in {
            "CMU, held back": virtual_scores(cmu, lifter, *way),
            f"AIST++ {options.take}": real_scores(aistpp, options.take, lifter, *way),
        }.items():
            print(
                f"{footage}, {title}: N-MPJPE {scores.n_mpjpe:.1f}, P-MPJPE {scores.p_mpjpe:.1f}, "
                f"CPS {scores.cps:.1f}, mirrored {scores.mirrored_fraction:.3f}, acceleration "
                f"error {trembling:.1f} mm/frame²",
                flush=True,
            )


def held_back(folder: Path) -> tuple[VirtualTake, ...]:
    """Held-back clips through cameras at Human3.6M's angles, as no training rig stands."""
    _, clips, _ = parted(subjects_of(folder))
    rig = RingRig(4, angles=(22.0, 159.0, -18.0, -156.0), radius=5.0)
    motions = [faced(clip, Footage(seed=1)) for clip in clips]
    return film(motions, Filming(rig, seed=1000), subject="test")


JOINTS = (
    "nose",
    *(
        f"{side}_{joint}"
        for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        for side in ("left", "right")
    ),
)
"""The 13 joints of the other tables."""


EVERY = 8
"""One of so many virtual frames, which come 30 a second, is scored."""


def virtual_scores(
    folder: Path,
    lifter: TrainedLifter,
    temporal: TrainedTemporal | None = None,
    causal: bool = False,
) -> tuple[Scores, float]:
    """All views of the held-back clips, and the mean acceleration error."""
    views, trembling = {}, []
    for take in held_back(folder):
        for name, view in take.labelled.take.views.items():
            truth = without(take.labelled.truth_3d[name], SKELETON.derived)
            seen = in_skeleton(view, name)
            poses = canonpose.lift(seen, lifter, temporal=temporal, causal=causal)
            trembling.append(acceleration(poses, truth))
            scored = np.arange(len(poses))[:, None] % EVERY == 0
            views[f"{take.name}/{name}"] = poses, replace(truth, valid=truth.valid & scored)
    return evaluate_views(views, joints=JOINTS).overall, float(np.mean(trembling))


def without(truth: Reference, joints: Iterable[str]) -> Reference:
    """A reference less some joints; its own pelvis is not where the poses have theirs."""
    kept = [place for place, joint in enumerate(truth.joints) if joint not in joints]
    return replace(
        truth,
        positions=truth.positions[:, kept],
        valid=truth.valid[:, kept],
        joints=tuple(truth.joints[place] for place in kept),
    )


def real_scores(
    folder: Path,
    take: str,
    lifter: TrainedLifter,
    temporal: TrainedTemporal | None,
    causal: bool,
) -> tuple[Scores, float]:
    """All views of a take of AIST++, and the mean acceleration error."""
    part = "test" if take == "ch06" else "train"
    files = [folder / part / take / f"{camera}.npz" for camera in QUARTETS[0]]
    poses = [
        canonpose.lift(canonpose.read_keypoints(file), lifter, temporal=temporal, causal=causal)
        for file in files
    ]
    reference, calibration = folder / "reference" / f"{take}.npz", folder / "cameras.json"
    cameras, truth = read_calibration(calibration), read_reference(reference)
    trembling = [acceleration(one, truth, cameras[one.camera].rotation) for one in poses]
    scores = canonpose.evaluate(poses, reference, calibration=calibration, joints=JOINTS).overall
    return scores, float(np.mean(trembling))


def pack(options: Pack) -> None:
    lifter = canonpose.load_lifter(options.run)
    canonpose.save_lifter(halved(lifter), options.output)
    export_beside(options.output)
    temporal = own_temporal(options.run)
    if temporal is not None:
        save_temporal(halved(temporal), options.output, FILES.weights_hash(options.output))


def halved(trained: Trained) -> Trained:
    return replace(trained, network=copy.deepcopy(trained.network).half())


if __name__ == "__main__":
    main()
