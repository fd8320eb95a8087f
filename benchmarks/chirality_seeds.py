r"""Many small trainings on real detections: does every one end in the real world?

    python benchmarks/chirality_seeds.py DATA -o FOLDER [--seeds 20]
    python benchmarks/chirality_seeds.py DATA -o FOLDER --start auto --width 512 --steps 2700 \
        --take ch06

DATA is as for ``aistpp.py``. Every training uses ``train/`` alone; a reference decides afterwards
whether its result is mirrored, by whether the mirror image would fit better.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from aistpp import CAMERAS, JOINTS, training_capture
from canonpose.files import write_whole


@dataclass(frozen=True)
class Seeds:
    """Train the ``fast`` recipe small, once a seed, and list the votes."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    seeds: int = 20
    width: int = 128
    steps: int = 1000
    start: str = "nothing"
    """``TrainingConfig.start_from``."""
    take: str = "ch01"
    """The take that is lifted and scored: one of ``train/`` or ``test/``."""


def main() -> None:
    options = tyro.cli(Seeds)
    capture = training_capture(options.data, static=True)
    fast = replace(canonpose.PRESETS["fast"], start_from=options.start)
    small = replace(fast, lifter=replace(fast.lifter, width=options.width), epochs=1)
    lines = [
        "| seed | ended | vote margin | by kind | frames mirrored after | P-MPJPE mm |",
        "|---|---|---|---|---|---|",
    ]
    views = scored_views(options)
    mirrored, errors = 0, []
    for seed in range(options.seeds):
        lifter = canonpose.train(capture, config=replace(small, seed=seed, min_steps=options.steps))
        chirality = lifter.provenance["chirality"]
        scores = canonpose.evaluate(
            [canonpose.lift(view, lifter) for view in views],
            options.data / "reference" / f"{options.take}.npz",
            joints=JOINTS,
        ).overall
        mirrored += scores.mirrored_fraction > 0.5
        errors.append(scores.p_mpjpe)
        kinds = ", ".join(f"{kind} {value:+.2f}" for kind, value in chirality["margins"].items())
        lines.append(
            f"| {seed} | {'mirrored' if chirality['mirrored_before_fix'] else 'real'} "
            f"| {abs(chirality['margin']):.2f} | {kinds} | {scores.mirrored_fraction:.3f} "
            f"| {scores.p_mpjpe:.1f} |"
        )
        print(lines[-1], flush=True)
    ended = np.sum(["| mirrored |" in line for line in lines])
    lines.append(f"\n{ended} of {options.seeds} ended mirrored, {mirrored} are after the fix.")
    worst = max(errors) / np.median(errors) - 1
    lines.append(f"P-MPJPE: median {np.median(errors):.1f} mm, the worst {worst:.1%} above it.")
    print(*lines[-2:])
    write_whole(options.output / "chirality_seeds.md", "\n".join(lines) + "\n")


def scored_views(options: Seeds) -> list[canonpose.Keypoints]:
    """Every camera of the take that is scored."""
    folders = (options.data / part / options.take for part in ("train", "test"))
    folder = next(folder for folder in folders if folder.is_dir())
    scored = canonpose.read_capture(folder, cameras=CAMERAS, static_cameras=True)
    return list(scored.takes[0].views.values())


if __name__ == "__main__":
    main()
