import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canonpose.detection.blazepose.anchors import ANCHORS_PER_CELL, anchor_centres


@given(st.lists(st.sampled_from([8, 16, 32]), min_size=1, max_size=6).map(sorted))
def test_every_layer_has_its_anchors_at_every_cell(strides):
    centres = anchor_centres(224, tuple(strides))
    assert len(centres) == sum(ANCHORS_PER_CELL * (224 // stride) ** 2 for stride in strides)
    assert centres.min() > 0 and centres.max() < 1
    for stride in strides:
        assert np.isclose(centres, stride / 2 / 224).all(1).any()


def test_the_order_is_row_by_row_and_layers_of_one_stride_share_cells():
    centres = anchor_centres(64, (16, 32, 32))
    fine, coarse = centres[:32], centres[32:]
    assert np.allclose(fine[::2], fine[1::2])
    assert np.allclose(fine[:4:2], [[0.125, 0.125], [0.375, 0.125]])
    assert np.allclose(coarse.reshape(4, 4, 2), coarse.reshape(4, 4, 2)[:, :1])
    assert np.allclose(coarse[::4], [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])


def test_there_are_as_many_as_the_network_has_answers():
    assert anchor_centres().shape == (2254, 2)
