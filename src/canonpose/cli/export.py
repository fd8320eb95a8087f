"""``canonpose export``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.cli.parsing import parse
from canonpose.deployment.card import Precision
from canonpose.deployment.export import export_onnx
from canonpose.folders import check_not_over
from canonpose.lifter.naming import folder_named


@dataclass(frozen=True)
class Export:
    """Write a trained lifter as one ONNX file: 2D keypoints in pixels in, 3D out."""

    run: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="RUN")]
    """Folder of a trained lifter, or pretrained."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT.onnx")]
    """The file; as lifter.onnx in RUN, `canonpose lift -m RUN --runtime onnx` finds it."""
    precision: Precision = "fp32"
    """How weights are kept. fp16: half the file, computed with in single precision. int8: a third,
    and multiplied in whole numbers; less exact, and faster for single poses alone."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Export, "export", arguments)
    _check_not_over_the_run(options)
    exported = export_onnx(options.run, options.output, precision=options.precision)
    Console(highlight=False).print(
        f"{exported.path}: {exported.size / 1e6:.1f} MB, {options.precision}; joints of random "
        f"poses are off PyTorch's by {exported.mean_deviation:.1e} body heights on average, by "
        f"{exported.deviation:.1e} at most",
        soft_wrap=True,
    )


def _check_not_over_the_run(options: Export) -> None:
    """Refuse to write over weights and cards; an earlier export may be replaced."""
    files = folder_named(options.run).glob("*")
    check_not_over([options.output], [file for file in files if file.suffix != ".onnx"])
