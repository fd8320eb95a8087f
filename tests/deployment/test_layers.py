import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from canonpose.deployment.layers import BLOCK, ZERO, quantised

matrices = arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 2 * BLOCK + 3)),
    elements=st.floats(-100, 100, width=32, allow_subnormal=False),
)


@given(matrices)
def test_every_weight_is_within_half_a_step(weight):
    kept = quantised(weight)
    steps = kept.values.astype(np.float32) - ZERO
    restored = (steps * kept.scales[..., None]).reshape(len(weight), -1)
    columns = weight.shape[1]
    step = np.repeat(kept.scales, BLOCK, axis=1)[:, :columns]
    assert (np.abs(restored[:, :columns] - weight) <= 0.501 * step + 1e-30).all()
    assert not restored[:, columns:].any()


def test_a_large_weight_coarsens_its_block_alone():
    weight = np.full((1, 2 * BLOCK), 0.01, np.float32)
    weight[0, 0] = 100
    scales = quantised(weight).scales[0]
    np.testing.assert_allclose(scales, [100 / 127, 0.01 / 127], rtol=1e-6)


@pytest.mark.parametrize("columns", [1, BLOCK, BLOCK + 1])
def test_whole_blocks(columns):
    kept = quantised(np.ones((3, columns), np.float32))
    assert kept.values.shape == (3, -(-columns // BLOCK), BLOCK)
