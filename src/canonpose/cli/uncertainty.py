"""``canonpose uncertainty``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose.cli.captures import capture_of
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat
from canonpose.cli.parsing import Switch, parse
from canonpose.cli.trainings import stage_bars
from canonpose.lifter import load_lifter
from canonpose.lifter.sigma import save_uncertainty
from canonpose.lifter.trained import FILES
from canonpose.uncertainty import UncertaintyConfig, learn_uncertainty


@dataclass(frozen=True)
class Uncertainty:
    """Learn how far a lifter's joints may be off, so that lift says it.

    The cameras must stand still. For each of three parts of the footage a lifter is trained without
    it, and judged there against the footage solved in 3D; then without two of them, to see how well
    that foretells the errors on new footage: as long as six trainings take.
    """

    capture: tyro.conf.Positional[Path]
    """The capture that the lifter was trained on."""
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"], metavar="RUN")]
    """Folder of the lifter, into which the result is written."""
    cameras: str | None = None
    """Cameras to use, separated by commas; all by default."""
    static_cameras: Switch = False
    """The cameras stand still during each take."""
    person: str | None = None
    """Which person to take, by camera where there are several: cam01=2,cam02=1."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    detector: Flat = DEFAULT_DETECTOR
    config: Annotated[UncertaintyConfig, tyro.conf.arg(name="")] = field(
        default_factory=UncertaintyConfig
    )


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Uncertainty, "uncertainty", arguments)
    console = Console(highlight=False)
    lifter, weights = load_lifter(options.model), FILES.weights_hash(options.model)
    capture = capture_of(options, console, True if options.static_cameras else None)
    with stage_bars(console) as show:
        learned = learn_uncertainty(
            capture,
            lifter,
            options.config,
            device=options.device,
            progress=show,
            say=lambda sentence: console.print(escape(sentence), soft_wrap=True),
        )
    save_uncertainty(learned, options.model, weights)
    facts = learned.facts
    shares = ", ".join(f"{share:.0%}" for share in facts["share_within_by_part"])
    console.print(
        f"{facts['views']} views held back, half of their joints off by less than "
        f"{facts['median_error']:.3f} body sizes; within sigma, by part: {shares}",
        soft_wrap=True,
    )
    console.print(f"uncertainty: {options.model}", soft_wrap=True)
