"""Whether mending flips matters to a lifter: trained on AIST++ with and without, as a table.

    python benchmarks/flips_training.py DATA -o FOLDER [--shares 0 0.05] [--seeds 2]

DATA is that of aistpp.py, whose cameras, scoring and joints these are. Shares are of frames in
which arms or legs of a view are taken for each other, in spells, put into the detections; 0 leaves
them as detected. Finished trainings are kept in FOLDER, so that the command can be stopped and
repeated.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from aistpp import CAMERAS, JOINTS, TEST, training_capture
from canonpose.exporters.captures import write_keypoints
from canonpose.files import write_whole
from canonpose.virtual.swaps import swapped

SPELL = 0.2
"""Seconds of a flip, on average."""


@dataclass(frozen=True)
class Benchmark:
    """Train ``fast`` from random weights with flips as they are, and with them mended."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    shares: tuple[float, ...] = (0.0, 0.05)
    seeds: int = 2
    width: int = 256
    """Of the lifter."""


def main() -> None:
    """Print the table."""
    options = tyro.cli(Benchmark)
    rows = [
        "| flips put in | mended | seed | N-MPJPE mm | P-MPJPE mm | CPS mm |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(rows), flush=True)
    for share in options.shares:
        for mend in (True, False):
            for seed in range(options.seeds):
                scores = measured(options, share, mend, seed)
                numbers = " | ".join(
                    f"{scores[name]:.1f}" for name in ("n_mpjpe", "p_mpjpe", "cps")
                )
                rows.append(f"| {share:.0%} | {'yes' if mend else 'no'} | {seed} | {numbers} |")
                print(rows[-1], flush=True)
    write_whole(options.output / "flips_training.md", "\n".join(rows) + "\n")


def footage(options: Benchmark, share: float, mend: bool) -> Path:
    """A copy of the training takes with flips put in, and whether they are to be mended."""
    folder = options.output / f"footage-{share:g}-{'mended' if mend else 'as-it-is'}"
    for take in sorted((options.data / "train").glob("ch*")):
        views = [canonpose.read_keypoints(take / f"{camera}.npz") for camera in CAMERAS]
        skeleton = views[0].skeleton
        positions, scores = swapped(
            np.stack([view.positions for view in views]),
            np.stack([view.scores for view in views]),
            skeleton,
            views[0].fps or 60.0,
            share,
            SPELL,
            np.random.default_rng(int(take.name[2:])),
        )
        for place, view in enumerate(views):
            flipped = replace(view, positions=positions[place], scores=scores[place])
            write_keypoints(flipped, folder / "train" / take.name / f"{CAMERAS[place]}.npz")
    write_whole(folder / "train" / "capture.toml", f"mend_flips = {str(mend).lower()}\n")
    return folder


def measured(options: Benchmark, share: float, mend: bool, seed: int) -> dict[str, float]:
    """Train, unless that was done before, and score."""
    run = options.output / f"run-{share:g}-{'mended' if mend else 'as-it-is'}-{seed}"
    result = run / "row.json"
    if result.exists():
        return dict(json.loads(result.read_text()))
    capture = training_capture(footage(options, share, mend), static=True)
    fast = canonpose.PRESETS["fast"]
    lifter = replace(fast.lifter, width=options.width)
    config = replace(fast, seed=seed, start_from="nothing", lifter=lifter)
    resume = (run / "checkpoint.safetensors").exists()
    trained = canonpose.train(capture, run, config, resume=resume, overwrite=not resume)
    files = [options.data / "test" / TEST / f"{camera}.npz" for camera in CAMERAS]
    scores = canonpose.evaluate(
        [canonpose.lift(canonpose.read_keypoints(file), trained) for file in files],
        options.data / "reference" / f"{TEST}.npz",
        calibration=options.data / "cameras.json",
        joints=JOINTS,
    ).overall
    row = {"n_mpjpe": scores.n_mpjpe, "p_mpjpe": scores.p_mpjpe, "cps": scores.cps}
    write_whole(result, json.dumps(row))
    return row


if __name__ == "__main__":
    main()
