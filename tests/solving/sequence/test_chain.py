import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.solving.sequence.chain import banded, sampled, solved


def problem(seed, moments, size):
    """Blocks and weights, and the same equations written out."""
    random = np.random.default_rng(seed)
    roots = random.standard_normal((moments, size, size))
    blocks = roots @ roots.swapaxes(1, 2) + np.eye(size)
    first = random.uniform(0, 2, (moments - 1, size))
    second = random.uniform(0, 2, (moments - 2, size))
    whole = np.zeros((moments, size, moments, size))
    for moment in range(moments):
        whole[moment, :, moment] = blocks[moment]
    for weights, stencil in ((first, (-1, 1)), (second, (1, -2, 1))):
        for start, row in enumerate(weights):
            for one, a in enumerate(stencil):
                for other, b in enumerate(stencil):
                    whole[start + one, :, start + other] += np.diag(a * b * row)
    return blocks, first, second, whole.reshape(moments * size, -1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(3, 7), st.integers(1, 4))
def test_the_chain_solves_what_is_written_out(seed, moments, size):
    blocks, first, second, whole = problem(seed, moments, size)
    right = np.random.default_rng(seed).standard_normal((moments, size))
    found = solved(banded(blocks, first, second), right)
    np.testing.assert_allclose(found.ravel(), np.linalg.solve(whole, right.ravel()), atol=1e-9)


def test_one_moment_and_two_have_no_bend():
    for moments in (1, 2):
        blocks = np.repeat(np.eye(2)[None], moments, axis=0)
        band = banded(blocks, np.ones((moments - 1, 2)), np.zeros((max(moments - 2, 0), 2)))
        assert solved(band, np.ones((moments, 2))).shape == (moments, 2)


def test_what_is_not_positive_definite_is_told():
    assert (
        solved(banded(-np.eye(2)[None], np.zeros((0, 2)), np.zeros((0, 2))), np.ones((1, 2)))
        is None
    )


def test_samples_have_the_inverse_as_covariance():
    blocks, first, second, whole = problem(0, 4, 2)
    drawn = sampled(banded(blocks, first, second), (4, 2), 20_000).reshape(20_000, -1)
    covariance = drawn.T @ drawn / len(drawn)
    np.testing.assert_allclose(covariance, np.linalg.inv(whole), atol=0.03)
