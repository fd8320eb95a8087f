"""A training step must not make the host wait for the device, nor send it anything by surprise.

What would do so on a GPU is an operator whose result's shape or value the host must know. They are
the same operators on the CPU, where they can be caught.
"""

from dataclasses import replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from canonpose.lifter import LifterConfig
from canonpose.training import PRESETS
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from synthetic_people import Ring, capture

WAITING = {
    "_local_scalar_dense",
    "equal",
    "is_nonzero",
    "masked_select",
    "nonzero",
    "unique_consecutive",
    "unique_dim",
    "_unique2",
}
FROM_HOST = {"lift_fresh", "lift_fresh_copy"}
"""What ``torch.tensor`` and indexing by a list come down to."""


class Guard(TorchDispatchMode):
    """Collects the names of operators that wait, or that send what the host made."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.name().removeprefix("aten::").partition(".")[0]
        if name in WAITING | FROM_HOST:
            self.found.add(name)
        if name in ("index", "index_put_", "_index_put_impl_", "index_put"):
            indices = [index for index in args[1] if index is not None]
            if any(index.dtype == torch.bool for index in indices):
                self.found.add(f"{name} by a mask")
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", [*PRESETS, "fast with everything"])
@pytest.mark.parametrize("static", [True, False])
def test_a_step_does_not_wait(name, static):
    footage = capture(20, people=2, ring=Ring())[0]
    config = PRESETS[name.split()[0]]
    if "everything" in name:
        shaken = replace(config.augmentation, joint_dropout=0.1, noise=0.01)
        config = replace(config, augmentation=shaken)
    config = replace(config, lifter=LifterConfig(width=8), batch=16)
    trainer = Trainer(samples_of(footage), footage.skeleton, config, static, torch.device("cpu"))
    trainer.advance()  # what is the same in every batch is sent once
    with Guard() as guard:
        trainer.advance()
    assert not guard.found


def test_the_guard_sees_what_waits():
    values = torch.arange(4.0)
    with Guard() as guard:
        values[values > 1]
        values[[1, 2]]
        values.unique()
        values.sum().item()
    assert {"index by a mask", "_unique2", "_local_scalar_dense"} <= guard.found
    assert guard.found & FROM_HOST
