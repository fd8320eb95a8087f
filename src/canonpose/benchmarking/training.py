"""How fast trainings run, beside the products alone and beside another loop."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import torch

from canonpose.benchmarking.figures import Figure
from canonpose.benchmarking.limits import Products, copying
from canonpose.benchmarking.made_up import made_up_samples
from canonpose.benchmarking.race import Maker, race
from canonpose.benchmarking.rival import load_rival
from canonpose.errors import InputError
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.skeleton import layout, layout_names
from canonpose.training.config import PRESETS, TrainingConfig
from canonpose.training.precision import Precision, resolved
from canonpose.training.trainer import Trainer

Axis = Literal["frames", "cameras", "joints", "batch"]

FRAMES = (1_000, 10_000, 100_000, 1_000_000)
CAMERAS = tuple(range(2, 9))
BATCHES = (16, 32, 64, 128, 256, 512, 1024, 2048)
SAMPLES_A_TURN = 512
"""At least so many are trained between two looks at the clock."""


@dataclass(frozen=True)
class Setting:
    """One training on made-up samples in static cameras."""

    width: int = 1024
    cameras: int = 4
    layout: str = "coco17"
    frames: int = 8192
    batch: int = 32
    """Samples a step."""
    preset: str = "released"
    """Whose arithmetic it is."""
    precision: Precision = "float32"

    @property
    def steps(self) -> int:
        """Steps a turn."""
        return -(-SAMPLES_A_TURN // self.batch)

    @property
    def amount(self) -> int:
        """Samples a turn."""
        return self.steps * self.batch

    def config(self) -> TrainingConfig:
        """The settings of the training."""
        if self.preset not in PRESETS:
            raise InputError(f"no preset {self.preset!r}; use one of {', '.join(PRESETS)}.")
        return replace(
            PRESETS[self.preset],
            batch=self.batch,
            lifter=LifterConfig(width=self.width),
            precision=self.precision,
            start_from="nothing",
        )


def training_figures(
    setting: Setting,
    device: torch.device,
    *,
    large_batch: int = 1024,
    against: Path | None = None,
    repeats: int = 7,
) -> Iterator[Figure]:
    """Another loop, ours at its batch and at a large one, and what the machine allows for each."""
    large = replace(setting, batch=large_batch)
    makers: dict[str, tuple[Maker, bool]] = {}
    amounts: dict[str, int] = {}
    limits: dict[str, str] = {}
    if against is not None:
        makers[against.stem] = rival_maker(against, setting, device), False
        amounts[against.stem] = setting.amount
        limits[against.stem] = f"products alone, batch {setting.batch}"
    for one in (setting, large):
        ours, products = f"ours, batch {one.batch}", f"products alone, batch {one.batch}"
        makers[ours] = partial(_training, one, device), True
        makers[products] = partial(_products, one, device), True
        amounts[ours] = amounts[products] = one.amount
        limits[ours] = products
    timings = race(makers, device, repeats)
    for name, timing in timings.items():
        limit = limits.get(name)
        allowed = None if limit is None else amounts[limit] / timings[limit].median
        yield Figure.of(name, amounts[name], "samples", timing, allowed)
    gigabytes, timing = copying(device, repeats)
    yield Figure.of("copying memory", gigabytes, "GB", timing)


def growth_figures(
    setting: Setting,
    device: torch.device,
    axis: Axis,
    large_batch: int = 1024,
    repeats: int = 7,
) -> Iterator[Figure]:
    """How samples a second and memory change with one of frames, cameras, joints and batch."""
    for name, one in _along(replace(setting, batch=large_batch), axis):
        makers: dict[str, tuple[Maker, bool]] = {
            "ours": (partial(_training, one, device), True),
            "products": (partial(_products, one, device), True),
        }
        timings = race(makers, device, repeats)
        allowed = one.amount / timings["products"].median
        yield Figure.of(name, one.amount, "samples", timings["ours"], allowed)


def _along(setting: Setting, axis: Axis) -> Iterator[tuple[str, Setting]]:
    if axis == "frames":
        for frames in FRAMES:
            yield f"{frames:,} frames", replace(setting, frames=frames)
    elif axis == "cameras":
        for cameras in CAMERAS:
            yield f"{cameras} cameras", replace(setting, cameras=cameras)
    elif axis == "joints":
        for name in sorted(layout_names(), key=lambda name: len(layout(name))):
            yield f"{len(layout(name))} joints ({name})", replace(setting, layout=name)
    else:
        for batch in BATCHES:
            yield f"batch {batch}", replace(setting, batch=batch)


def _training(setting: Setting, device: torch.device) -> Callable[[], None]:
    skeleton = layout(setting.layout)
    frames = max(setting.frames, setting.batch)
    samples = made_up_samples(frames, setting.cameras, skeleton).to(device)
    trainer = Trainer(samples, skeleton, setting.config(), True, device)
    return partial(_repeat, trainer.advance, setting.steps)


def _products(setting: Setting, device: torch.device) -> Callable[[], None]:
    network = Lifter(len(layout(setting.layout)), LifterConfig(width=setting.width))
    halved = resolved(setting.precision, device) == "bfloat16"
    kind = torch.bfloat16 if halved else torch.float32
    products = Products(network, setting.batch * setting.cameras, device, kind)
    return partial(_repeat, products.training_step, setting.steps)


def rival_maker(path: Path, setting: Setting, device: torch.device) -> Maker:
    """Makes the training loop of a file, for `race`."""
    return partial(_rival, path, setting, device)


def _rival(path: Path, setting: Setting, device: torch.device) -> Callable[[], None]:
    samples = made_up_samples(setting.frames, setting.cameras, layout(setting.layout))
    loop = load_rival(path, samples, setting.width, setting.batch, device)
    return partial(_repeat, loop.step, setting.steps)


def _repeat(step: Callable[[], object], times: int) -> None:
    for _ in range(times):
        step()
