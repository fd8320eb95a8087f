"""``canonpose bench train``, ``lift``, ``metrics`` and ``detect``."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, cast

import torch
import tyro
from rich.console import Console

from canonpose.benchmarking import Figure, Report, table_of, this_machine
from canonpose.benchmarking.lifting import LiftingBenchmark, lifting_figures
from canonpose.benchmarking.metrics import MetricsBenchmark, metrics_figures
from canonpose.benchmarking.training import Axis, Setting, growth_figures, training_figures
from canonpose.cli.parsing import parse
from canonpose.detection import DetectorConfig
from canonpose.device import choose_device
from canonpose.processor import processor_used_well

Output = Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FILE")]


@dataclass(frozen=True)
class BenchTrain:
    """Training, on made-up samples in static cameras, beside the network's products alone."""

    setting: Annotated[Setting, tyro.conf.arg(name="")] = field(default_factory=Setting)
    large_batch: int = 1024
    """Samples a step of the second training."""
    against: Path | None = None
    """A file with another training loop: benchmarks/released_loop.py of a clone."""
    grow: Axis | None = None
    """Instead, how speed and memory change with one of these, at the large batch."""
    repeats: int = 7
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    output: Output = None
    """A JSON file for the figures."""

    def figures(self, device: torch.device) -> Iterator[Figure]:
        """Measured one after the other."""
        if self.grow is None:
            return training_figures(
                self.setting,
                device,
                large_batch=self.large_batch,
                against=self.against,
                repeats=self.repeats,
            )
        return growth_figures(self.setting, device, self.grow, self.large_batch, self.repeats)


@dataclass(frozen=True)
class BenchLift:
    """Lifting with PyTorch, beside the network's products alone."""

    setting: Annotated[LiftingBenchmark, tyro.conf.arg(name="")] = field(
        default_factory=LiftingBenchmark
    )
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    output: Output = None
    """A JSON file for the figures."""

    def figures(self, device: torch.device) -> Iterator[Figure]:
        """Measured one after the other."""
        return lifting_figures(self.setting, device)


@dataclass(frozen=True)
class BenchMetrics:
    """Scoring, on made-up poses."""

    setting: Annotated[MetricsBenchmark, tyro.conf.arg(name="")] = field(
        default_factory=MetricsBenchmark
    )
    output: Output = None
    """A JSON file for the figures."""
    device: tyro.conf.Suppress[str] = "cpu"

    def figures(self, device: torch.device) -> Iterator[Figure]:
        """Measured one after the other."""
        return metrics_figures(self.setting)


@dataclass(frozen=True)
class BenchDetect:
    """Finding people in a video, beside decoding it."""

    video: tyro.conf.Positional[Path]
    """Of a person."""
    detector: DetectorConfig = field(default_factory=DetectorConfig)
    frames: int = 100
    """At most so many."""
    repeats: int = 3
    output: Output = None
    """A JSON file for the figures."""
    device: tyro.conf.Suppress[str] = "cpu"

    def figures(self, device: torch.device) -> Iterator[Figure]:
        """Measured one after the other."""
        from canonpose.benchmarking.detection import detection_figures  # needs the extra [video]

        return detection_figures(self.video, self.detector, self.frames, self.repeats)


Command = (
    Annotated[BenchTrain, tyro.conf.subcommand("train")]
    | Annotated[BenchLift, tyro.conf.subcommand("lift")]
    | Annotated[BenchMetrics, tyro.conf.subcommand("metrics")]
    | Annotated[BenchDetect, tyro.conf.subcommand("detect")]
)


def main(arguments: Sequence[str]) -> None:
    """Parse, measure, and show."""
    console = Console(highlight=False)
    options = parse(cast(Any, Command), "bench", arguments)
    device = choose_device(options.device)
    figures = []
    with processor_used_well():
        machine = this_machine(device)
        console.print(str(machine), soft_wrap=True)
        with console.status("measuring"):
            for figure in options.figures(device):
                figures.append(figure)
                console.print(f"{figure.name}: {figure.rate:.4g} {figure.unit}/s", soft_wrap=True)
    console.print("\n" + table_of(figures), soft_wrap=True)
    if options.output is not None:
        command = shlex.join(["canonpose", "bench", *arguments])
        Report(command, machine, tuple(figures)).write(options.output)
