from itertools import pairwise

import pytest

from canonpose.training import TrainingConfig, preset
from canonpose.training.schedule import camera_share_at, learning_rate_at

STEPS = TrainingConfig(learning_rate=0.5, schedule="steps")
COSINE = TrainingConfig(learning_rate=0.5, schedule="cosine")


@pytest.mark.parametrize(
    ("epoch", "wanted"),
    [(0, 1e-4), (29, 1e-4), (30, 1e-5), (59, 1e-5), (60, 1e-6), (89, 1e-6), (90, 1e-7), (99, 1e-7)],
)
def test_released_divides_by_10_at_epochs_30_60_and_90(epoch, wanted):
    """Of 100 epochs of 7 steps: the first and the last step of the epoch."""
    for step in (7 * epoch, 7 * epoch + 6):
        assert learning_rate_at(preset("released"), step, 700) == pytest.approx(wanted)


def test_the_milestones_scale_with_the_length():
    rates = [learning_rate_at(STEPS, step, 10) for step in range(10)]
    assert rates == pytest.approx([0.5] * 3 + [0.05] * 3 + [0.005] * 3 + [0.0005])


def test_cosine_warms_up_peaks_and_ends_near_0():
    rates = [learning_rate_at(COSINE, step, 200) for step in range(200)]
    assert rates[0] == pytest.approx(0.05)
    assert max(rates) == pytest.approx(0.5)
    assert rates.index(max(rates)) <= 10
    assert all(a >= b for a, b in pairwise(rates[10:]))
    assert rates[105] == pytest.approx(0.25)
    assert 0 < rates[-1] < 1e-3


@pytest.mark.parametrize("config", [STEPS, COSINE])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_shortest_trainings_learn_something(config, steps):
    assert learning_rate_at(config, 0, steps) > 0


def test_camera_consistency_grows_from_a_tenth_over_its_share():
    config = TrainingConfig(camera_growth=0.5)
    shares = [camera_share_at(config, step, 100) for step in range(100)]
    assert shares[0] == pytest.approx(0.1)
    assert shares[25] == pytest.approx(0.55)
    assert all(a < b for a, b in pairwise(shares[:51]))
    assert shares[50:] == [1.0] * 50


@pytest.mark.parametrize("name", ["released", "paper"])
def test_the_papers_is_there_from_the_start(name):
    assert camera_share_at(preset(name), 0, 100) == 1.0
