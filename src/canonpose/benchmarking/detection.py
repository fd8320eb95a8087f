"""How fast people are found in a video."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch

from canonpose.benchmarking.figures import Figure
from canonpose.benchmarking.timing import measure
from canonpose.detection import DetectorConfig, create_detector
from canonpose.video import read_frames

CPU = torch.device("cpu")


def detection_figures(
    video: Path, detector: DetectorConfig, frames: int = 100, repeats: int = 3
) -> Iterator[Figure]:
    """Decoding, and detection whose limit it is; benchmarks/detection.py knows the networks' own.

    Raises
    ------
    InputError
        If the video cannot be read, or the detector's weights are missing.
    """
    finder = create_detector(detector)
    count = sum(1 for _ in islice(read_frames(video), frames))

    def decode() -> None:
        for _ in islice(read_frames(video), frames):
            pass

    def detect() -> None:
        finder.begin()
        for frame in islice(read_frames(video), frames):
            finder.detect(frame.image)

    decoding = measure(decode, CPU, repeats, warm_up=1)
    yield Figure.of("decoding", count, "frames", decoding)
    detecting = measure(detect, CPU, repeats, warm_up=1)
    allowed = count / decoding.median
    yield Figure.of(f"decoding and {finder.name}", count, "frames", detecting, allowed)
