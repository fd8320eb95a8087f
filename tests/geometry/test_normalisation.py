import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.geometry.normalisation import normalise

ROOT = 2


def poses(seed=0, batch=(3, 2), joints=6):
    random = torch.Generator().manual_seed(seed)
    positions = 400 + 100 * torch.randn(*batch, joints, 2, generator=random)
    return positions, 0.2 + 0.8 * torch.rand(*batch, joints, generator=random)


def test_root_is_at_the_origin_and_the_frobenius_norm_is_1():
    positions, scores = poses()
    made = normalise(positions, scores, ROOT)
    assert torch.equal(made.positions[..., ROOT, :], torch.zeros(3, 2, 2))
    torch.testing.assert_close(made.positions.norm(dim=(-2, -1)), torch.ones(3, 2))
    assert torch.equal(made.scores, scores)


def test_scale_undoes_it():
    positions, scores = poses()
    made = normalise(positions, scores, ROOT)
    back = made.positions * made.scale[..., None, None] + positions[..., ROOT : ROOT + 1, :]
    torch.testing.assert_close(back, positions)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 100), st.floats(-2000, 2000), st.floats(-2000, 2000), st.integers(0, 10**6))
def test_place_and_size_in_the_image_do_not_matter(scale, right, down, seed):
    positions, scores = (part.double() for part in poses(seed))
    moved = scale * positions + torch.tensor([right, down], dtype=torch.float64)
    torch.testing.assert_close(
        normalise(moved, scores, ROOT).positions, normalise(positions, scores, ROOT).positions
    )


def test_missing_joints_are_0_and_count_in_nothing():
    positions, scores = poses()
    positions[0, 0, 4] = torch.nan
    scores[0, 0, 4] = 0
    positions[0, 1, 5] = torch.nan  # NaN with a score is missing all the same
    scores[1, 0, 1] = 0  # a place without a score too
    made = normalise(positions, scores, ROOT)
    assert torch.isfinite(made.positions).all()
    for sample, view, joint in ((0, 0, 4), (0, 1, 5), (1, 0, 1)):
        assert made.positions[sample, view, joint].tolist() == [0, 0]
        assert made.scores[sample, view, joint] == 0
        rest = [j for j in range(6) if j != joint]
        alone = normalise(
            positions[sample, view, rest], scores[sample, view, rest], rest.index(ROOT)
        )
        torch.testing.assert_close(made.positions[sample, view, rest], alone.positions)


@pytest.mark.parametrize("why", ["root has no score", "root is NaN", "only the root", "nothing"])
def test_a_view_that_cannot_be_centred_or_scaled_is_weighted_out(why):
    positions, scores = poses()
    before = normalise(positions, scores, ROOT)
    if why == "root has no score":
        scores[1, 1, ROOT] = 0
    elif why == "root is NaN":
        positions[1, 1, ROOT] = torch.nan
    elif why == "only the root":
        scores[1, 1, [j for j in range(6) if j != ROOT]] = 0
    else:
        positions[1, 1], scores[1, 1] = torch.nan, 0
    made = normalise(positions, scores, ROOT)
    assert not made.scores[1, 1].any()
    assert not made.positions[1, 1].any()
    assert made.scale[1, 1] == 1
    others = torch.ones(3, 2, dtype=torch.bool)
    others[1, 1] = False
    assert torch.equal(made.positions[others], before.positions[others])
    assert torch.equal(made.scores[others], before.scores[others])


def test_joints_all_in_one_place_have_no_size():
    positions, scores = torch.full((1, 4, 2), 3.0), torch.ones(1, 4)
    made = normalise(positions, scores, 0)
    assert not made.scores.any()
    assert torch.isfinite(made.positions).all()


def test_by_hand():
    positions = torch.tensor([[10.0, 10.0], [13.0, 10.0], [10.0, 14.0]])
    made = normalise(positions, torch.tensor([0.5, 1.0, 0.25]), 0)
    assert math.isclose(made.scale.item(), 5.0)
    torch.testing.assert_close(made.positions, torch.tensor([[0, 0], [0.6, 0], [0, 0.8]]))
