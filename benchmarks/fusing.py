"""AIST++: several views of unseen movements, fused without calibration and by rigs.

    python benchmarks/fusing.py DATA [-m RUN] [-o fusing.md]

DATA holds ``train/``, ``test/ch06/``, ``reference/`` and ``cameras.json``; RUN is a lifter, of
``canonpose train DATA/train --static-cameras --cameras c01,c03,c06,c08 -o RUN``, or the pretrained
one. The rig is solved from ``train/`` alone, by all four cameras; the test take is new to it. Every
number is the mean over all choices of so many of the four cameras. The first table chooses nothing
by the reference: it tells how far fused poses of the training takes are off in the views that were
not fused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.datamodel import Keypoints, Poses
from canonpose.files import write_whole
from canonpose.fusing import FusionConfig, KnownRig, lift_views
from canonpose.fusing.lifted import LiftedTake, lifted_take
from canonpose.fusing.rotations import static_rotations
from canonpose.fusing.uncalibrated import fused_poses
from canonpose.geometry.cameras import Camera
from canonpose.lifter.naming import PRETRAINED
from canonpose.lifter.pretrained import lifter_named
from canonpose.metrics import evaluate, w_mpjpe
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.solving import one_rig
from canonpose.solving.weak import placed

FOUR = ("c01", "c03", "c06", "c08")
COLUMNS = ("views", "how", "N-MPJPE", "P-MPJPE", "W-MPJPE", "CPS")
ERRORS = ("detection error", "lifting error", "2 views", "3 views")
DETECTION_ERRORS, LIFTING_ERRORS = (0.005, 0.01, 0.02), (0.03, 0.1, 0.3, 10.0)
LOST = 0.5
"""Body sizes; more than this off is as bad."""

Fuse = Callable[[Mapping[str, Keypoints]], Poses]


@dataclass(frozen=True)
class Benchmark:
    """Fuse 1, 2, 3 and 4 views."""

    data: tyro.conf.Positional[Path]
    model: Annotated[str, tyro.conf.arg(aliases=["-m"])] = PRETRAINED
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("fusing.md")
    weights: bool = False
    """Also compare how views are weighed, on the training takes."""


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = lifter_named(options.model)
    train = canonpose.read_capture(options.data / "train", cameras=FOUR, static_cameras=True)
    tables = []
    if options.weights:
        tables.append(table(ERRORS, weighings(train, lifter)))
        print(tables[-1], flush=True)
    tables.append(table(COLUMNS, list(scores(options.data, train, lifter))))
    print(tables[-1])
    write_whole(options.output, "\n".join(tables))


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    every = [columns, ("---",) * len(columns), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in every)


def scores(data: Path, train: canonpose.Capture, lifter: canonpose.TrainedLifter):
    true = read_calibration(data / "cameras.json")
    reference = read_reference(data / "reference" / "ch06.npz")
    solved = canonpose.solve(one_rig(train), lifter).rigs[0]
    test = canonpose.read_capture(data / "test", cameras=FOUR).takes[0]
    ways: dict[str, Fuse] = {
        "cameras that may move": lambda views: lift_views(views, lifter).poses,
        "static cameras": lambda views: lift_views(views, lifter, static_cameras=True).poses,
        "rig solved from train/": lambda views: (
            lift_views(views, lifter, rig=KnownRig.of(solved.cameras, "body_height")).poses
        ),
        "true calibration": lambda views: lift_views(views, lifter, rig=KnownRig.of(true)).poses,
    }
    yield row("one view", lambda v: lift_views(v, lifter).poses, 1, test.views, reference, true)
    for number in (2, 3, 4):
        for name, fuse in ways.items():
            yield row(name, fuse, number, test.views, reference, true)


def row(
    name: str,
    fuse: Fuse,
    number: int,
    views: Mapping[str, Keypoints],
    reference: Reference,
    true: Mapping[str, Camera],
) -> tuple[str, ...]:
    found = []
    for chosen in combinations(views, number):
        poses = fuse({camera: views[camera] for camera in chosen})
        overall = evaluate(poses, reference, calibration=true).overall
        world = in_one_frame(poses, reference)
        found.append((overall.n_mpjpe, overall.p_mpjpe, world, overall.cps))
    return (str(number), name, *(f"{mean:.1f}" for mean in np.mean(found, axis=0)))


def in_one_frame(poses: Poses, reference: Reference) -> float:
    """W-MPJPE of poses about their roots: one similarity for all frames."""
    joints = poses.skeleton.indices(reference.joints)
    roots = [reference.joints.index(joint) for joint in ("left_hip", "right_hip")]
    centred = reference.positions - reference.positions[:, roots].mean(1, keepdims=True)
    return float(w_mpjpe(poses.positions[:, joints].astype(float), centred, reference.valid))


def weighings(train: canonpose.Capture, lifter: canonpose.TrainedLifter) -> list[tuple[str, ...]]:
    """Mean error of left-out views, in thousandths of the body, for settings of the fusion."""
    takes = [lifted_take(take.views, lifter) for take in train.takes]
    rotations = [static_rotations(take) for take in takes]
    rows = []
    for detection in DETECTION_ERRORS:
        for lifting in LIFTING_ERRORS:
            config = FusionConfig(detection, lifting)
            off = []
            for number in (2, 3):
                every = [
                    left_out(take, turns, chosen, config)
                    for take, turns in zip(takes, rotations, strict=True)
                    for chosen in combinations(range(len(FOUR)), number)
                ]
                off.append(f"{1000 * np.concatenate(every).mean():.1f}")
            rows.append((str(detection), str(lifting), *off))
    return rows


def left_out(
    take: LiftedTake, rotations: np.ndarray, chosen: tuple[int, ...], config: FusionConfig
) -> np.ndarray:
    """How far confident detections of the other views are off the fused poses, in body sizes."""
    detected = slice(0, len(take.skeleton.detected))
    few = list(chosen)
    pixels, scores = take.pixels[:, :, detected], take.scores[:, :, detected]
    points = fused_poses(
        pixels[few], scores[few], rotations[few], take.poses[few][:, :, detected], config
    ).points
    others = [view for view in range(len(FOUR)) if view not in chosen]
    images = np.einsum("vfka,fja->vfjk", rotations[others][:, :, :2], np.nan_to_num(points))
    confident = np.where(np.isfinite(points).all(-1), scores[others], 0.0)
    seen = np.nan_to_num(pixels[others])
    scales, offsets = placed(images, seen, confident**2, np.ones(confident.shape[:2]))
    away = images - (seen - offsets[:, :, None]) / scales[..., None, None]
    off = np.linalg.norm(away, axis=-1)[confident > 0.3]
    return np.minimum(off, LOST)


if __name__ == "__main__":
    main()
