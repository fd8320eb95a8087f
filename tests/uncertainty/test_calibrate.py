import numpy as np
import pytest
import torch

from canonpose.skeleton import layout
from canonpose.uncertainty.calibrate import calibrated, transferred
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors
from canonpose.uncertainty.fit import ONE_SIGMA, share_within

COCO = layout("coco17")
CONFIG = UncertaintyConfig(epochs=10)


def part(size, seed, level=0.05, views=800):
    """Gaussian errors; the features tell nothing but how far the pose is off its 2D."""
    random = torch.Generator().manual_seed(seed)
    features = torch.randn(views, 7 * len(COCO) + 1, generator=random)
    features[:, -1] = level
    errors = (size * torch.randn(views, len(COCO), generator=random)).abs()
    errors[:, COCO.root_index] = torch.nan
    return LiftingErrors(features, errors)


def test_alike_parts_are_all_within_and_need_no_transfer():
    parts = [part(0.05, seed) for seed in range(3)]
    found = calibrated(parts, COCO, CONFIG)
    assert found.shares == pytest.approx([ONE_SIGMA] * 3, abs=0.04)
    rehearsed = [
        calibrated([other for other in parts if other is not new], COCO, CONFIG) for new in parts
    ]
    factor, shares = transferred(rehearsed, parts)
    assert factor == pytest.approx(1.0, abs=0.08)
    assert np.mean(shares) == pytest.approx(ONE_SIGMA, abs=1e-3)


def test_what_rehearsals_miss_is_made_up_for():
    """A lifter that has seen more is closer to its 2D, and as far from the truth as before."""
    fewer = [part(0.05, seed) for seed in range(3)]
    more = [part(0.05, 10 + seed, level=0.04) for seed in range(3)]
    rehearsed = [
        calibrated([other for other in fewer if other is not new], COCO, CONFIG) for new in fewer
    ]
    factor, shares = transferred(rehearsed, more)
    assert factor == pytest.approx(0.05 / 0.04, rel=0.1)
    assert np.mean(shares) == pytest.approx(ONE_SIGMA, abs=1e-3)
    final = calibrated(fewer, COCO, CONFIG)
    new = part(0.05, 20, level=0.04)
    assert share_within(new.errors, final.sigma(new)) < 0.63
    assert share_within(new.errors, factor * final.sigma(new)) == pytest.approx(ONE_SIGMA, abs=0.04)
