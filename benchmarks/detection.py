"""How fast a video becomes 2D and 3D, beside the bare networks' own time.

    python benchmarks/detection.py [VIDEO] [--frames 100] [--repeats 3] [--sides 720 1080]

The video (the demo's, where none is given) is written anew in each size. Then, in turns:

- decoding: every frame as upright RGB, nothing else;
- bare networks: the same networks on the same inputs as in detection, and nothing else;
- detection: `detect_video`, wall time, without its cache;
- video to 3D: detection, then the choice of the person and a lifter of full width and random
  weights;
- side by side: as many videos as there are threads, each in a process of its own with one thread
  for its networks and one for decoding, as `canonpose detect` works on several; and the bare
  networks in such processes, which is the faster bound. Times are a frame of all videos together;
  processes and networks are made before.

Each runs once to warm up. The aims: detection within 10 % of the bare networks, video to 3D no
slower than 0.95 of detection. Wall times mean something on a machine that does nothing else.
"""

import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from unittest.mock import patch

import av
import numpy as np
import torch
import tyro

from canonpose.corpus.engine import run
from canonpose.corpus.pool import Pool
from canonpose.corpus.task import Task
from canonpose.demo.footage import TAKE, fetch_footage
from canonpose.detection.blazepose import BlazePose, BlazePoseConfig
from canonpose.detection.blazepose.network import Network
from canonpose.detection.footage import Progress, detect_video
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.people.choice_in_view import choose_in_view
from canonpose.people.one_person import to_keypoints
from canonpose.people.tracked_view import TrackedView
from canonpose.video import probe, read_frames


@dataclass(frozen=True)
class Benchmark:
    """Time decoding, the bare networks, detection, and video to 3D."""

    video: tyro.conf.Positional[Path | None] = None
    """A video of a person; the demo's first camera unless given."""
    frames: int = 100
    """Frames of each run; a shorter video is played again."""
    repeats: int = 3
    sides: tuple[int, ...] = (720, 1080)
    """Pixels of the shorter side of the pictures; the other follows."""
    threads: int = 2
    """Of the networks."""


Call = tuple[Network, np.ndarray, tuple[str, ...]]
"""A network with what it was given."""


def main() -> None:
    options = tyro.cli(Benchmark)
    video = options.video or fetch_footage().videos / TAKE / "cam01.mp4"
    detector = BlazePose(BlazePoseConfig(threads=options.threads))
    torch.set_num_threads(options.threads)
    print_machine(detector, options)
    with tempfile.TemporaryDirectory() as folder:
        for side in options.sides:
            path = Path(folder) / f"{side}.mp4"
            write_scaled(video, path, side, options.frames)
            measure(path, side, detector, options)


def print_machine(detector: BlazePose, options: Benchmark) -> None:
    packages = ("av", "ai-edge-litert", "numpy", "torch", "opencv-python-headless")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"{processor()}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    print(f"Python {sys.version.split()[0]}, {versions}")
    print(
        f"{detector.name}, {options.threads} threads, {options.frames} frames, median of "
        f"{options.repeats} (range)"
    )


def processor() -> str:
    """The name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def write_scaled(source: Path, path: Path, side: int, frames: int) -> None:
    """A video whose shorter side is of this length, as a camera would write it (H.264)."""
    info = probe(source)
    scale = side / min(info.width, info.height)
    width, height = (2 * round(length * scale / 2) for length in (info.width, info.height))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 30)
        images = (frame.image for frame in read_frames(source))
        for index, image in enumerate(islice(cycle(images), frames)):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture = picture.reformat(width, height, format="yuv420p")
            picture.pts, picture.time_base = index, Fraction(1, 30)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def measure(path: Path, side: int, detector: BlazePose, options: Benchmark) -> None:
    lifter = TrainedLifter(Lifter(len(detector.skeleton), LifterConfig()).eval(), detector.skeleton)
    lifting: list[float] = []

    def decode() -> None:
        for _ in read_frames(path):
            pass

    def detect() -> None:
        detect_video(path, detector, cache=False)

    def to_3d() -> None:
        view = TrackedView.of(detect_video(path, detector, cache=False))
        began = time.perf_counter()
        index, words = choose_in_view(view)
        lift(to_keypoints(view.detections, view.tracks[index], person=words), lifter, device="cpu")
        lifting.append(time.perf_counter() - began)

    calls = recorded(detect)

    def bare() -> None:
        for network, batch, outputs in calls:
            network(batch, outputs)

    processes = options.threads
    with Pool(processes) as pool:
        runs: dict[str, Run] = {
            "decoding": decode,
            "bare networks": bare,
            "detection": detect,
            "video to 3D": to_3d,
            f"bare networks, {processes} x 1 thread": lambda: in_all(pool, networks_again, path),
            f"detection, {processes} side by side": lambda: in_all(pool, detect_again, path),
        }
        timings = timed(runs, options.repeats)
    shared = {name: timing.of(processes) for name, timing in timings.items() if name not in FIRST}
    timings |= shared
    counts = Counter(batch.shape[1] for _, batch, _ in calls)
    invocations = " and ".join(
        f"{count} to the one of side {length}" for length, count in sorted(counts.items())
    )
    print_table(side, timings, median(lifting[1:]), invocations, options.frames)
    print_shared(timings, *shared)


def in_all(pool: Pool, function: Callable[..., float], path: Path) -> float:
    """The same task in every process at the same time; processor seconds of all."""
    outcomes = list(run(pool, [Task(path, function, (path,)) for _ in range(pool.capacity)]))
    for outcome in outcomes:
        if not outcome.done:
            raise RuntimeError(outcome.message)
    return sum(outcome.value for outcome in outcomes)


@cache
def one_thread() -> BlazePose:
    return BlazePose(BlazePoseConfig(threads=1))


def detect_again(path: Path, progress: Progress) -> float:
    """Processor seconds of a detection; a task."""
    detector, began = one_thread(), time.process_time()
    detect_video(path, detector, cache=False, decoding_threads=1)
    return time.process_time() - began


@cache
def calls_of(path: Path) -> list[Call]:
    return recorded(lambda: detect_video(path, one_thread(), cache=False))


def networks_again(path: Path, progress: Progress) -> float:
    """Processor seconds of the bare networks; a task."""
    calls, began = calls_of(path), time.process_time()
    for network, batch, outputs in calls:
        network(batch, outputs)
    return time.process_time() - began


def recorded(run: Callable[[], None]) -> list[Call]:
    """All that networks are given in a run, which also warms them up."""
    calls: list[Call] = []
    original = Network.__call__

    def recording(
        network: Network, batch: np.ndarray, outputs: tuple[str, ...]
    ) -> list[np.ndarray]:
        calls.append((network, batch.copy(), outputs))
        return original(network, batch, outputs)

    with patch.object(Network, "__call__", recording):
        run()
    return calls


@dataclass(frozen=True)
class Timing:
    """Seconds of every repeat."""

    wall: list[float]
    processor: list[float]

    def of(self, videos: int) -> "Timing":
        """For each of so many videos in the same time."""
        return Timing(
            *([seconds / videos for seconds in kind] for kind in (self.wall, self.processor))
        )


Run = Callable[[], float | None]
"""Returns processor seconds where they are those of other processes."""

FIRST = ("decoding", "bare networks", "detection", "video to 3D")
"""What one process does with one video."""


def timed(runs: dict[str, Run], repeats: int) -> dict[str, Timing]:
    """Every run in turns, so that a slow moment of the machine meets all."""
    timings = {name: Timing([], []) for name in runs}
    for repeat in range(repeats + 1):
        for name, once in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            elsewhere = once()
            if repeat:  # the first warms up
                timings[name].wall.append(time.perf_counter() - wall)
                own = time.process_time() - processor
                timings[name].processor.append(own if elsewhere is None else elsewhere)
    return timings


def print_table(
    side: int, timings: dict[str, Timing], lifting: float, invocations: str, frames: int
) -> None:
    print(f"\n{side}p (invocations of networks: {invocations})")
    print("| what | wall, s | range, s | frames/s | wall, ms a frame | processor, ms a frame |")
    print("|---|---|---|---|---|---|")
    for name, timing in timings.items():
        middle, busy = median(timing.wall), median(timing.processor)
        print(
            f"| {name} | {middle:.2f} | {min(timing.wall):.2f}-{max(timing.wall):.2f} "
            f"| {frames / middle:.1f} | {1000 * middle / frames:.1f} | {1000 * busy / frames:.1f} |"
        )
    bare, detection, whole = (
        median(timings[name].wall) for name in ("bare networks", "detection", "video to 3D")
    )
    print(f"detection / bare networks: {detection / bare:.3f} (aim: at most 1.10)")
    print(f"speed of video to 3D / detection: {detection / whole:.3f} (aim: at least 0.95)")
    print(f"the lifter's share of video to 3D: {100 * lifting / whole:.2f} %")


def print_shared(timings: dict[str, Timing], bound: str, shared: str) -> None:
    side_by_side = median(timings[shared].wall)
    for name in (bound, "bare networks"):
        ratio = side_by_side / median(timings[name].wall)
        print(f"{shared} / {name}: {ratio:.3f} (aim: at most 1.10)")


if __name__ == "__main__":
    main()
