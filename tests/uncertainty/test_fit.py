import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.skeleton import layout
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors
from canonpose.uncertainty.fit import (
    ONE_SIGMA,
    calibrating_factor,
    fit_network,
    negative_log_likelihood,
    share_within,
)

COCO = layout("coco17")
CONFIG = UncertaintyConfig(epochs=15)


def errors_of(views=3000, seed=0):
    """Half of the views err three times as much, and their confidences tell."""
    random = torch.Generator().manual_seed(seed)
    joints = len(COCO)
    scores = (torch.rand(views, 1, generator=random) > 0.5).float().expand(-1, joints)
    features = torch.zeros(views, 7 * joints + 1)
    features[:, -1] = 0.05
    features[:, 2 * joints : 3 * joints] = scores
    true = 0.03 + 0.06 * (1 - scores)
    noise = torch.randn(views, joints, generator=random)
    errors = (true * noise).abs()
    errors[:, COCO.root_index] = torch.nan
    return LiftingErrors(features, errors), true


def test_sigma_is_found():
    errors, true = errors_of()
    network = fit_network(errors, COCO, CONFIG)
    new, _ = errors_of(seed=1)
    with torch.no_grad():
        sigma = network.uncalibrated(errors.features)
        factor = calibrating_factor(errors.errors, sigma)
        on_new = factor * network.uncalibrated(new.features)
    others = np.delete(np.arange(len(COCO)), COCO.root_index)
    ratio = (factor * sigma / true)[:, others]
    assert float(ratio.quantile(0.05)) > 0.85 and float(ratio.quantile(0.95)) < 1.2
    assert share_within(new.errors, on_new) == pytest.approx(ONE_SIGMA, abs=0.02)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**16), st.floats(0.1, 10))
def test_one_factor_brings_the_share_within_to_one_sigma(seed, wrong):
    errors, true = errors_of(views=300, seed=seed)
    sigma = wrong * true
    factor = calibrating_factor(errors.errors, sigma)
    share = share_within(errors.errors, factor * sigma)
    assert share == pytest.approx(ONE_SIGMA, abs=1e-3)


def test_the_likelihood_is_best_near_the_true_size_and_ignores_what_is_not_known():
    errors, true = errors_of()
    sizes = [0.3, 0.8, 3.0]
    losses = [float(negative_log_likelihood(errors.errors, size * true, 4.0)) for size in sizes]
    assert losses[1] < min(losses[0], losses[2])
    more = torch.cat([errors.errors, torch.full_like(errors.errors, torch.nan)])
    twice = torch.cat([true, true])
    again = negative_log_likelihood(more, 0.8 * twice, 4.0)
    assert float(again) == pytest.approx(losses[1], rel=1e-5)
