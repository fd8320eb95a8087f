"""What an exported lifter loses in half precision and in 8 bits.

    python benchmarks/lifter_precision.py DATA [--run RUN]

DATA holds AIST++'s ``test/ch06/``, ``reference/ch06.npz`` and ``cameras.json``; the demo's footage
is fetched. Errors are in mm as elsewhere; how far a joint comes out from where PyTorch puts it is
in thousandths of the body's height.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
import tyro

import canonpose
from aistpp import CAMERAS, JOINTS, TEST
from canonpose.demo import fetch_footage
from canonpose.demo.run import calibrated_reference
from canonpose.deployment.card import Precision
from canonpose.deployment.export import export_onnx
from canonpose.deployment.runtime import load_onnx
from canonpose.lifter.pretrained import PRETRAINED, lifter_named
from canonpose.metrics.results import Scores

Scoring = Callable[[Sequence[canonpose.Poses]], Scores]


@dataclass(frozen=True)
class Benchmark:
    """Score a lifter by PyTorch and its exports."""

    data: tyro.conf.Positional[Path]
    run: str = PRETRAINED


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = lifter_named(options.run)
    print("| footage | by | N-MPJPE mm | P-MPJPE mm | off torch, mean | off torch, most |")
    print("|---|---|---|---|---|---|")
    for name, footage in (("AIST++ ch06", aistpp), ("the demo", demo)):
        views, scoring = footage(options)
        theirs = [canonpose.lift(view, lifter, device="cpu") for view in views]
        print(row(name, "torch", scoring(theirs), theirs, theirs))
        for precision in get_args(Precision):
            with TemporaryDirectory() as folder:
                path = Path(folder) / "lifter.onnx"
                export_onnx(options.run, path, precision=precision)
                exported = load_onnx(path)
            ours = [exported.lift(view) for view in views]
            print(row(name, f"onnx {precision}", scoring(ours), ours, theirs), flush=True)


def row(
    name: str,
    by: str,
    scores: Scores,
    ours: Sequence[canonpose.Poses],
    theirs: Sequence[canonpose.Poses],
) -> str:
    off = np.concatenate(
        [
            np.linalg.norm(a.positions - b.positions, axis=-1)
            for a, b in zip(ours, theirs, strict=True)
        ]
    )
    return (
        f"| {name} | {by} | {scores.n_mpjpe:.2f} | {scores.p_mpjpe:.2f} | "
        f"{np.nanmean(off) * 1e3:.3f} | {np.nanmax(off) * 1e3:.3f} |"
    )


def aistpp(options: Benchmark) -> tuple[list[canonpose.Keypoints], Scoring]:
    files = [options.data / "test" / TEST / f"{camera}.npz" for camera in CAMERAS]
    reference = options.data / "reference" / f"{TEST}.npz"
    calibration = options.data / "cameras.json"

    def scoring(poses: Sequence[canonpose.Poses]) -> Scores:
        return canonpose.evaluate(
            list(poses), reference, calibration=calibration, joints=JOINTS
        ).overall

    return [canonpose.read_keypoints(file) for file in files], scoring


def demo(_: Benchmark) -> tuple[list[canonpose.Keypoints], Scoring]:
    files = fetch_footage()
    capture = canonpose.read_capture(files.keypoints)
    reference = calibrated_reference(capture, files.calibration)

    def scoring(poses: Sequence[canonpose.Poses]) -> Scores:
        return canonpose.evaluate(
            list(poses), reference, calibration=files.calibration, joints=JOINTS
        ).overall

    return list(capture.takes[0].views.values()), scoring


if __name__ == "__main__":
    main()
