"""Lifting video on AIST++: single frames, the temporal lifter, and what it does live.

    python benchmarks/temporal.py DATA -m RUN [-o temporal.md] [--seeds 3] [--every 1 2 6]

DATA holds ``train/``, ``test/ch06/``, ``reference/`` and ``cameras.json``; RUN is a lifter, of
``canonpose train DATA/train --static-cameras --cameras c01,c03,c06,c08 -o RUN``. The training takes
are solved and the temporal lifter is trained on that; the reference is for scoring alone. "Joined"
is what ``canonpose lift`` does without such a training. To choose settings: a RUN of ch01 and ch02,
``--train ch01 ch02 --test ch03``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.files import write_whole
from canonpose.inference import lift
from canonpose.lifter.temporal import TrainedTemporal
from canonpose.metrics import scale_aligned_acceleration_error
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.skeleton import convert
from canonpose.solving import one_rig
from canonpose.temporal import TemporalTraining, train_temporal
from canonpose.virtual.thinning import every_nth_of

CAMERAS = ("c01", "c03", "c06", "c08")
LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
JOINTS = ("nose", *(f"{side}_{joint}" for joint in LIMBS for side in ("left", "right")))
COLUMNS = ("", "seed", "N-MPJPE mm", "P-MPJPE mm", "CPS mm", "acceleration mm/frame²", "seconds")


@dataclass(frozen=True)
class Benchmark:
    """Train temporal lifters over RUN and score them."""

    data: tyro.conf.Positional[Path]
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("temporal.md")
    train: tuple[str, ...] = ("ch01", "ch02", "ch03")
    test: str = "ch06"
    seeds: int = 3
    """Temporal lifters that are trained; none where 0."""
    every: tuple[int, ...] = (1,)
    """One of how many frames is lifted, of 60 a second; those that are trained lift all."""
    config: Annotated[TemporalTraining, tyro.conf.arg(name="")] = field(
        default_factory=TemporalTraining
    )


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = canonpose.load_lifter(options.model)
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for row in all_rows(options, lifter):
        rows.append(row)
        print(" | ".join(row), flush=True)
    write_whole(options.output, "".join(f"| {' | '.join(cells)} |\n" for cells in rows))


def all_rows(options: Benchmark, lifter: canonpose.TrainedLifter) -> Iterator[tuple[str, ...]]:
    unasked = canonpose.temporal_of(options.model)
    for every in options.every:
        rate = f", {60 / every:.0f} fps"
        yield scored(f"single frames{rate}", "", options, lifter, every=every)
        yield scored(f"joined{rate}", "", options, lifter, unasked, every=every)
        yield scored(f"joined, live{rate}", "", options, lifter, unasked, every=every, causal=True)
    if not options.seeds:
        return
    folders = [options.data / "train" / take for take in options.train]
    capture = one_rig(canonpose.read_capture(folders, cameras=CAMERAS, static_cameras=True))
    solved = canonpose.solve(capture, lifter)
    for seed in range(options.seeds):
        temporal = train_temporal(solved, capture, lifter, replace(options.config, seed=seed))
        for name, causal in (("trained", False), ("trained, live", True)):
            yield scored(name, str(seed), options, lifter, temporal, causal=causal)


def scored(
    name: str,
    seed: str,
    options: Benchmark,
    lifter: canonpose.TrainedLifter,
    temporal: TrainedTemporal | None = None,
    *,
    every: int = 1,
    causal: bool = False,
) -> tuple[str, ...]:
    """One row of the table."""
    folder = next(
        part / options.test
        for part in (options.data / "test", options.data / "train")
        if (part / options.test).is_dir()
    )
    capture = canonpose.read_capture(folder, cameras=CAMERAS, static_cameras=True)
    cameras = read_calibration(options.data / "cameras.json")
    reference = read_reference(options.data / "reference" / f"{options.test}.npz")
    reference = replace(
        reference, positions=reference.positions[::every], valid=reference.valid[::every]
    )
    poses = [
        lift(every_nth_of(view, every), lifter, temporal=temporal, causal=causal)
        for view in capture.takes[0].views.values()
    ]
    scores = canonpose.evaluate(poses, reference, calibration=cameras, joints=JOINTS).overall
    trembling = np.mean(
        [acceleration(one, reference, cameras[one.camera].rotation) for one in poses]
    )
    seconds = f"{temporal.provenance['seconds']:.0f}" if seed and temporal else ""
    return (
        name,
        seed,
        f"{scores.n_mpjpe:.1f}",
        f"{scores.p_mpjpe:.1f}",
        f"{scores.cps:.1f}",
        f"{trembling:.1f}",
        seconds,
    )


def acceleration(
    poses: canonpose.Poses, reference: Reference, rotation: np.ndarray | None = None
) -> float:
    """Error of the scored joints, relative to the pelvis, in mm per frame squared.

    ``rotation`` [3, 3] takes the reference into the camera's frame, unless it is there already.
    """
    own = canonpose.Skeleton("reference", reference.joints, reference.joints[0])
    in_camera = reference.positions if rotation is None else reference.positions @ rotation.T
    truth, valid = convert(in_camera, reference.valid.astype(float), own, poses.skeleton)
    root = poses.skeleton.root_index
    chosen = [root, *poses.skeleton.indices(JOINTS)]
    return float(
        scale_aligned_acceleration_error(
            poses.positions[:, chosen], truth[:, chosen], valid[:, chosen] > 0, root=0
        )
    )


if __name__ == "__main__":
    main()
