import numpy as np
import pytest

from canonpose.metrics import auc_rigid, auc_scale_aligned, pck_rigid, pck_scale_aligned
from canonpose.metrics.thresholds import auc, pck


def test_pck_counts_the_threshold_itself_and_nothing_undefined():
    errors = np.array([[0.0, 150.0, 150.1], [np.nan, 10.0, 500.0]])
    assert pck(errors) == pytest.approx(60)
    assert pck(errors, threshold=5.0) == pytest.approx(20)
    assert np.isnan(pck(np.full((2, 3), np.nan)))


def test_auc_is_the_mean_over_31_thresholds():
    errors = np.random.default_rng(0).uniform(0, 200, (20, 7))
    by_hand = np.mean([(errors <= mm).mean() for mm in range(0, 151, 5)]) * 100
    assert auc(errors) == pytest.approx(by_hand)
    assert auc(np.zeros((2, 3))) == 100
    assert auc(np.full((2, 3), 7.0)) == pytest.approx(100 * 29 / 31)


def test_the_alignments_differ():
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(5, 8, 3)) * 300
    turned = reference[..., [1, 2, 0]]  # a rotation
    assert pck_rigid(turned, reference) == 100
    assert auc_rigid(turned, reference) > 96  # rounding misses the first threshold, 0
    assert pck_scale_aligned(turned, reference, root=0) < 50
    assert auc_scale_aligned(turned, reference, root=0) < 50
