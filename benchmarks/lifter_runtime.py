"""The exported lifter against what the machine can do: one pose, many poses, and from a cold start.

    python benchmarks/lifter_runtime.py pose [--width 512]     # one core
    python benchmarks/lifter_runtime.py batch [--threads 2]
    python benchmarks/lifter_runtime.py start

Limits are measured in turns with what is compared, round by round, and shares are medians of the
rounds, so that a machine that is shared slows both. One pose is limited by reading every weight
once; a batch by the products of the network's layers alone, of views and their mirror images. Run
``pose`` with OMP_NUM_THREADS=1.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
import torch
import tyro

import canonpose
from canonpose.deployment.card import Precision
from canonpose.deployment.export import export_onnx
from canonpose.deployment.runtime import load_onnx
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, pretrained_lifter, save_lifter
from canonpose.skeleton import layout

SKELETON = layout("coco17")
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True)
class Pose:
    """Latency of one pose on one core, against the time of reading the weights once."""

    width: int = 512
    rounds: int = 30
    passes: int = 50
    """A round."""


@dataclass(frozen=True)
class Batch:
    """Poses a second in one batch, against the products of the layers alone."""

    width: int = 512
    frames: int = 2048
    threads: int = 1
    rounds: int = 10


@dataclass(frozen=True)
class Start:
    """From the start of the process of `canonpose lift` to its end, with a clip of 100 frames."""

    rounds: int = 5


def main() -> None:
    options: Pose | Batch | Start = tyro.cli(Pose | Batch | Start)  # type: ignore[arg-type]
    {Pose: pose, Batch: batch, Start: start}[type(options)](options)  # type: ignore[operator]


def pose(options: Pose) -> None:
    torch.set_num_threads(1)
    lifter = lifter_of(options.width)
    one = frames_of(1)
    print(f"one pose, {options.width} wide, one thread")
    print("| what | ms | the weights, MB | reading them once, ms | times reading |")
    print("|---|---|---|---|---|")
    for name, (lifting, bytes_read) in lifters(lifter, threads=1).items():
        weights = np.ones(bytes_read // 4, np.float32)
        # BLAS' dot product is the fastest reader that numpy has.
        reading = partial(np.dot, weights, weights)
        turns = in_turns(partial(lifting, *one), reading, options.rounds, options.passes)
        print(
            f"| {name} | {turns.ours * 1e3:.2f} | {bytes_read / 1e6:.1f} | "
            f"{turns.limit * 1e3:.2f} | {turns.ratio:.2f} |"
        )


def batch(options: Batch) -> None:
    torch.set_num_threads(options.threads)
    lifter = lifter_of(options.width)
    many = frames_of(options.frames)
    print(f"{options.frames} poses, {options.width} wide, {options.threads} threads")
    print("| what | poses/s | products alone, poses/s | share of the limit |")
    print("|---|---|---|---|")
    views = 2 if lifter.network.config.mirror_image else 1
    products = products_of(lifter.network, views * options.frames)
    for name, (lifting, _) in lifters(lifter, options.threads).items():
        turns = in_turns(partial(lifting, *many), products, options.rounds)
        ours, limit = options.frames / turns.ours, options.frames / turns.limit
        print(f"| {name} | {ours:.0f} | {limit:.0f} | {1 / turns.ratio:.0%} |")


def start(options: Start) -> None:
    with TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.npz"
        keypoints, scores = frames_of(100)
        detected = SKELETON.indices(SKELETON.detected)
        np.savez(clip, keypoints=keypoints[:, detected], scores=scores[:, detected],
                 joint_names=np.array(SKELETON.detected))  # fmt: skip
        # Compiled modules are kept, as in any installation, wherever the package itself is.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        print("| runtime | s from start to end, median | least |")
        print("|---|---|---|")
        for runtime in ("onnx", "torch"):
            command = [sys.executable, "-m", "canonpose", "lift", str(clip), "-o",
                       str(clip.with_name("out.npz")), "--runtime", runtime]  # fmt: skip
            lifting = partial(
                subprocess.run, command, check=True, capture_output=True, env=environment
            )
            times = [timed(lifting) for _ in range(options.rounds)]
            print(f"| {runtime} | {median(times):.2f} | {min(times):.2f} |")


def lifter_of(width: int) -> TrainedLifter:
    """The pretrained lifter, or one of another width and random weights."""
    trained = pretrained_lifter()
    if trained.network.config.width == width:
        return trained
    torch.manual_seed(0)
    return TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=width)), SKELETON)


def frames_of(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    keypoints = random.uniform(0, 1000, (count, len(SKELETON), 2)).astype(np.float32)
    return keypoints, random.uniform(0.1, 1, keypoints.shape[:2]).astype(np.float32)


def lifters(
    lifter: TrainedLifter, threads: int
) -> Mapping[str, tuple[Callable[[np.ndarray, np.ndarray], object], int]]:
    """By name what lifts, from pixels to 3D, and how many bytes of weights it reads."""
    count = sum(parameter.numel() for parameter in lifter.network.parameters())
    per_weight = {"fp32": 4.0, "fp16": 4.0, "int8": 1 + 4 / 32}
    found: dict[str, tuple[Callable[[np.ndarray, np.ndarray], object], int]] = {
        "torch": (lambda *seen: by_torch(lifter, *seen), 4 * count)
    }
    with TemporaryDirectory() as folder:
        save_lifter(lifter, folder)
        for precision in PRECISIONS:
            path = Path(folder) / f"{precision}.onnx"
            export_onnx(folder, path, precision=precision)
            found[f"onnx {precision}"] = (
                load_onnx(path, threads=threads),
                int(per_weight[precision] * count),
            )
    return found


def by_torch(lifter: TrainedLifter, keypoints: np.ndarray, scores: np.ndarray) -> object:
    seen = canonpose.Keypoints(keypoints, scores, lifter.skeleton)
    return lift(seen, lifter, device="cpu")


def products_of(network: Lifter, frames: int) -> Callable[[], object]:
    """The matrix products of every layer, and nothing else."""
    layers = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)]
    inputs = {layer.in_features: torch.randn(frames, layer.in_features) for layer in layers}
    outputs = {layer.out_features: torch.empty(frames, layer.out_features) for layer in layers}

    @torch.no_grad()
    def products() -> None:
        for layer in layers:
            torch.mm(inputs[layer.in_features], layer.weight.T, out=outputs[layer.out_features])

    return products


@dataclass(frozen=True)
class Turns:
    """Medians over rounds: seconds of what is measured and of its limit, and their ratio."""

    ours: float
    limit: float
    ratio: float


def in_turns(
    lifting: Callable[[], object], limit: Callable[[], object], rounds: int, passes: int = 1
) -> Turns:
    """Time both in every round."""
    times = [(timed(lifting, passes), timed(limit, passes)) for _ in range(rounds)]
    ours, least = (median(column) for column in zip(*times, strict=True))
    return Turns(ours, least, median(a / b for a, b in times))


def timed(action: Callable[[], object], passes: int = 1) -> float:
    """Seconds of one pass, after one that warms up."""
    action()
    began = time.perf_counter()
    for _ in range(passes):
        action()
    return (time.perf_counter() - began) / passes


if __name__ == "__main__":
    main()
