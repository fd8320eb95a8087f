import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canonpose.solving.sequence.pieces import MOST, filled, pieces


@given(st.integers(1, 5 * MOST))
def test_pieces_keep_every_moment_once(moments):
    kept = [
        moment
        for piece in pieces(moments)
        for moment in range(piece.moments.start, piece.moments.stop)[piece.kept]
    ]
    assert kept == list(range(moments))
    assert all(piece.kept.stop - piece.kept.start <= MOST for piece in pieces(moments))


def test_missing_joints_lie_between_their_neighbours_in_time():
    joints = np.arange(15.0).reshape(5, 1, 3).repeat(2, axis=1)
    holed = joints.copy()
    holed[1:3, 0] = np.nan
    holed[:, 1] = np.nan
    whole = filled(holed)
    np.testing.assert_allclose(whole[:, 0], joints[:, 0])
    # A joint that is never seen is put in the middle of the others.
    np.testing.assert_allclose(whole[:, 1], joints[:, 0])
