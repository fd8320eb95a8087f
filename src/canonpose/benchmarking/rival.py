"""Another training loop to compare with, from a Python file that is no part of the package."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch

from canonpose.errors import InputError
from canonpose.training.samples import Samples


@runtime_checkable
class TrainingLoop(Protocol):
    """What a file for ``--against`` calls ``Loop``."""

    def step(self) -> None:
        """Take one step."""


def load_rival(
    path: Path, samples: Samples, width: int, batch: int, device: torch.device
) -> TrainingLoop:
    """The training loop of a file, on these samples.

    The file defines ``Loop(positions, scores, subjects, width, batch, device)``, as
    benchmarks/released_loop.py does.

    Raises
    ------
    InputError
        If there is no such file, or it has no such class.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; name a Python file that has a Loop.")
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: is no Python file; name one that has a Loop.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "Loop"):
        raise InputError(f"{path}: has no class Loop; see benchmarks/released_loop.py.")
    loop: TrainingLoop = module.Loop(
        samples.positions, samples.scores, samples.rigs, width, batch, device
    )
    return loop
