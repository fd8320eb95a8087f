import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from canonpose.detection.blazepose.heatmaps import refine

SIDE = 64


def heatmap(x, y, peak=0.95, spread=1.0):
    """Logits of a bell around (x, y), in cells."""
    cells = np.arange(SIDE)
    bell = np.exp(-((cells[None] - x) ** 2 + (cells[:, None] - y) ** 2) / (2 * spread**2))
    return logit(np.clip(peak * bell, 1e-9, 1 - 1e-9))


places = st.floats(6, 57)


@given(places, places, st.floats(-1, 1), st.floats(-1, 1))
def test_a_peak_is_found_to_a_tenth_of_a_cell(x, y, off_x, off_y):
    coarse = np.array([[x + off_x, y + off_y]])
    fine, peaks = refine(heatmap(x, y)[..., None], coarse)
    assert np.abs(fine[0] - [x, y]).max() < 0.1
    assert 0.7 < peaks[0] <= 0.95


@given(places, places)
def test_where_the_map_is_unsure_the_regression_stands_and_the_score_is_low(x, y):
    coarse = np.array([[x, y]])
    fine, peaks = refine(heatmap(x + 1, y - 1, peak=0.4)[..., None], coarse)
    assert (fine == coarse).all()
    assert peaks[0] <= 0.4


def test_a_peak_elsewhere_does_not_count():
    coarse = np.array([[40.0, 40.0]])
    fine, peaks = refine(heatmap(10, 10)[..., None], coarse)
    assert (fine == coarse).all() and peaks[0] < 1e-6


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_score_is_0_far_outside_and_a_likelihood_everywhere(x, y):
    coarse = np.array([[x, y]])
    fine, peaks = refine(heatmap(30, 30)[..., None], coarse)
    assert np.isfinite(fine).all() and 0 <= peaks[0] <= 1
    if min(x, y) < -4 or max(x, y) > SIDE + 4:
        assert peaks[0] == 0 and (fine == coarse).all()


def test_windows_are_cut_at_the_border_of_the_map():
    logits = heatmap(0, SIDE - 1)
    _, peaks = refine(logits[..., None], np.array([[1.0, SIDE - 2.0]]))
    assert peaks[0] == expit(logits[SIDE - 1, 0])


def test_joints_do_not_disturb_each_other():
    places = np.array([[10.25, 20.5], [40.0, 12.75], [0.2, 63.0]])
    together = np.stack([heatmap(x, y) for x, y in places], axis=-1)
    fine, peaks = refine(together, places)
    for joint, place in enumerate(places):
        alone, peak = refine(together[..., joint : joint + 1], place[None])
        assert (alone[0] == fine[joint]).all() and peak[0] == peaks[joint]
