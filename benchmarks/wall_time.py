"""How soon `fast` is as accurate on AIST++ as the released recipe is after its 100 epochs.

    python benchmarks/wall_time.py DATA -o FOLDER [--epochs 3 5 10 20] [--batch 16] [--dev]
        [--precision bfloat16]

DATA is that of benchmarks/aistpp.py. The released recipe is trained by our engine, whose losses are
those of the released loop; how long the loop itself would take is told from its samples a second,
measured here. `fast` starts from nothing unless told otherwise. Its batch and learning rate can be
changed together.
``--dev`` trains on two takes and scores on the third, which is the split to choose settings on.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import torch
import tyro

import canonpose
from aistpp import CAMERAS, JOINTS, TEST, training_capture
from canonpose.benchmarking.race import race
from canonpose.benchmarking.training import Setting, rival_maker
from canonpose.lifter import LifterConfig
from canonpose.training import TrainingConfig
from canonpose.training.precision import Precision

LOOP = Path(__file__).parent / "released_loop.py"
DEV = "ch03"


@dataclass(frozen=True)
class Benchmark:
    """Train the released recipe once, and ``fast`` for several numbers of epochs."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    epochs: tuple[int, ...] = (3, 5, 10, 20)
    batch: int = canonpose.PRESETS["fast"].batch
    learning_rate: float = canonpose.PRESETS["fast"].learning_rate
    width: int = 1024
    seed: int = 0
    precision: Precision = "float32"
    """Of ``fast``; the released recipe has its own."""
    start_from: str = "nothing"
    """Of ``fast``; "auto" is the preset's own, a lifter that has seen the training takes."""
    dev: bool = False
    released: bool = True
    """Train the released recipe as well."""


def main() -> None:
    options = tyro.cli(Benchmark)
    capture = training_capture(options.data, True)
    if options.dev:
        capture = replace(capture, takes=tuple(t for t in capture.takes if DEV not in t.name))
    lifter = LifterConfig(width=options.width)
    print("| training | epochs | N-MPJPE mm | P-MPJPE mm | CPS mm | seconds |")
    print("|---|---|---|---|---|---|")
    if options.released:
        recipe = replace(canonpose.PRESETS["released"], lifter=lifter, seed=options.seed)
        samples = trained(options, capture, recipe, "released")
        seconds = samples * recipe.epochs / released_rate(options.width)
        print(f"| released, by its own loop | {recipe.epochs} | | | | {seconds:.0f} |", flush=True)
    fast = replace(
        canonpose.PRESETS["fast"],
        lifter=lifter,
        seed=options.seed,
        precision=options.precision,
        batch=options.batch,
        learning_rate=options.learning_rate,
        min_steps=0,
        start_from=options.start_from,
    )
    name = f"fast, batch {options.batch}, {options.precision}"
    for epochs in options.epochs:
        trained(options, capture, replace(fast, epochs=epochs), name)


def trained(
    options: Benchmark, capture: canonpose.Capture, config: TrainingConfig, name: str
) -> int:
    """Train and score, print a row, and return how many samples there are."""
    began = time.monotonic()
    run = options.output / f"{name.replace(', ', '-').replace(' ', '')}-{config.epochs}"
    lifter = canonpose.train(capture, run, config, overwrite=True)
    seconds = time.monotonic() - began
    take, folder = (DEV, "train") if options.dev else (TEST, "test")
    files = [options.data / folder / take / f"{camera}.npz" for camera in CAMERAS]
    scores = canonpose.evaluate(
        [canonpose.lift(canonpose.read_keypoints(file), lifter) for file in files],
        options.data / "reference" / f"{take}.npz",
        calibration=options.data / "cameras.json",
        joints=JOINTS,
    ).overall
    print(
        f"| {name} | {config.epochs} | {scores.n_mpjpe:.1f} | {scores.p_mpjpe:.1f} "
        f"| {scores.cps:.1f} | {seconds:.0f} |",
        flush=True,
    )
    return int(lifter.provenance["samples"])


def released_rate(width: int) -> float:
    """Samples a second of the released loop, on made-up samples."""
    setting, device = Setting(width=width), torch.device("cpu")
    timing = race({"loop": (rival_maker(LOOP, setting, device), False)}, device)["loop"]
    return setting.amount / timing.median


if __name__ == "__main__":
    main()
