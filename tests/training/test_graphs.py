"""Steps replayed as a CUDA graph are the steps that they were recorded from."""

import pytest
import torch

from canonpose.lifter import LifterConfig
from canonpose.training import PRESETS, preset
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from synthetic_people import Ring, capture

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.mark.parametrize("name", PRESETS)
def test_replayed_steps_are_eager_steps(name):
    footage = capture(45, people=2, ring=Ring())[0]  # with a last batch that is smaller
    device = torch.device("cuda")
    config = preset(name, lifter=LifterConfig(width=32), batch=16)
    trainers = [
        Trainer(samples_of(footage).to(device), footage.skeleton, config, True, device)
        for _ in range(2)
    ]
    replayed, eager = trainers
    eager._graphed = None
    for _ in range(15):
        ours, theirs = replayed.advance(), eager.advance()
        torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=1e-4, atol=1e-6)
    assert replayed._graphed.graph is not None
