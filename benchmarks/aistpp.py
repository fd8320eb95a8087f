"""The presets on AIST++: trained on some takes, scored on another, every camera lifted alone.

    python benchmarks/aistpp.py DATA -o FOLDER [--seeds 3]

DATA holds ``train/``, ``test/ch06/``, ``reference/ch06.npz`` and ``cameras.json``. Training reads
``train/`` alone. Finished rows are kept in FOLDER, so that the command can be stopped and repeated.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

import canonpose
from canonpose.files import write_whole
from canonpose.lifter import LifterConfig

CAMERAS = ("c01", "c03", "c06", "c08")
TEST = "ch06"
LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
JOINTS = ("nose", *(f"{side}_{joint}" for joint in LIMBS for side in ("left", "right")))
"""The 13 joints of the figures that others measured on these clips; no eyes, no ears."""


@dataclass(frozen=True)
class Benchmark:
    """Train and score ``released``, ``paper`` and ``fast``."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    seeds: int = 3
    """Of ``fast``; the others are trained once."""


@dataclass(frozen=True)
class Row:
    """One training."""

    preset: str
    seed: int
    static_cameras: bool
    """Whether camera-consistency was used."""
    n_mpjpe: float
    p_mpjpe: float
    cps: float
    mirrored_before_fix: bool
    margin: float
    mirrored_fraction: float
    samples_per_second: float
    minutes: float


def main() -> None:
    options = tyro.cli(Benchmark)
    trainings = [("released", 0, True)]
    trainings += [("fast", seed, True) for seed in range(options.seeds)]
    trainings += [("paper", 0, True), ("fast", 0, False)]
    rows = []
    for preset, seed, static in trainings:
        rows.append(measured(options, preset, seed, static))
        print(markdown(rows[-1:]).splitlines()[-1], flush=True)
    write_whole(options.output / "aistpp.md", markdown(rows))
    print(markdown(rows))


def training_capture(data: Path, static: bool) -> canonpose.Capture:
    """The training takes, which are of one dancer and one rig, as in the paper's footnote 4."""
    capture = canonpose.read_capture(data / "train", cameras=CAMERAS, static_cameras=static)
    takes = tuple(replace(take, rig="d04", subject="d04") for take in capture.takes)
    return replace(capture, takes=takes)


def measured(options: Benchmark, preset: str, seed: int, static: bool) -> Row:
    """Train, unless that was done before, and score."""
    run = options.output / f"{preset}-{seed}{'' if static else '-moving'}"
    result = run / "row.json"
    if result.exists():
        return Row(**json.loads(result.read_text()))
    capture = training_capture(options.data, static)
    width = LifterConfig().width  # the paper's, of all presets alike
    config = replace(canonpose.PRESETS[preset], seed=seed, start_from="nothing")
    config = replace(config, lifter=replace(config.lifter, width=width))
    resume = (run / "checkpoint.safetensors").exists()
    lifter = canonpose.train(capture, run, config, resume=resume, overwrite=not resume)
    files = [options.data / "test" / TEST / f"{camera}.npz" for camera in CAMERAS]
    poses = [canonpose.lift(canonpose.read_keypoints(file), lifter) for file in files]
    scores = canonpose.evaluate(
        poses,
        options.data / "reference" / f"{TEST}.npz",
        calibration=options.data / "cameras.json",
        joints=JOINTS,
    ).overall
    facts = lifter.provenance
    row = Row(
        preset,
        seed,
        static,
        scores.n_mpjpe,
        scores.p_mpjpe,
        scores.cps,
        facts["chirality"]["mirrored_before_fix"],
        facts["chirality"]["margin"],
        scores.mirrored_fraction,
        facts["samples_per_second"],
        facts["seconds"] / 60,
    )
    write_whole(result, json.dumps(asdict(row), indent=2))
    return row


COLUMNS = (
    "preset",
    "cameras",
    "seed",
    "N-MPJPE mm",
    "P-MPJPE mm",
    "CPS mm",
    "mirrored before fix",
    "vote margin",
    "samples/s",
    "minutes",
)


def markdown(rows: list[Row]) -> str:
    """The table of the documentation."""
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    for row in rows:
        lines.append(
            (
                row.preset,
                "static" if row.static_cameras else "taken as moving",
                f"{row.seed}",
                f"{row.n_mpjpe:.1f}",
                f"{row.p_mpjpe:.1f}",
                f"{row.cps:.1f}",
                "yes" if row.mirrored_before_fix else "no",
                f"{abs(row.margin):.2f}",
                f"{row.samples_per_second:.0f}",
                f"{row.minutes:.1f}",
            )
        )
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    main()
