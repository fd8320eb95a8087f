import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from canonpose.errors import InputError
from canonpose.readers import from_arrays
from synthetic_files import COCO, body, view

SEEN = view(body(5, seed=0), 30)


def test_scores_default_to_1_where_there_is_a_position():
    positions = SEEN[..., :2].copy()
    positions[2, 0] = np.nan
    keypoints = from_arrays(positions, layout="coco17", fps=30.0, image_size=(4, 3), camera="left")
    assert keypoints.scores[2, 0] == 0
    assert keypoints.scores.sum() == 5 * 19 - 1
    assert (keypoints.fps, keypoints.image_size, keypoints.camera) == (30.0, (4, 3), "left")


def test_the_callers_arrays_are_left_alone():
    positions, scores = SEEN[..., :2].copy(), SEEN[..., 2].copy()
    scores[0] = 0
    from_arrays(positions, scores, joint_names=COCO.detected)
    np.testing.assert_array_equal(positions, SEEN[..., :2])


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(
        np.float32,
        (3, 17, 3),
        elements=st.one_of(st.floats(-2, 2000, width=32), st.just(np.nan), st.just(0.0)),
    )
)
def test_whatever_goes_in_nan_and_score_0_go_together(people):
    try:
        keypoints = from_arrays(people[..., :2], people[..., 2], layout="coco17")
    except InputError as error:
        assert "no joint is detected" in str(error)
        assert not ((people[..., 2] > 0) & ~np.isnan(people[..., :2]).any(-1)).any()
        return
    missing = np.isnan(keypoints.positions).any(-1)
    np.testing.assert_array_equal(missing, np.isnan(keypoints.positions).all(-1))
    np.testing.assert_array_equal(missing, keypoints.scores == 0)
    assert (keypoints.scores >= 0).all()
    assert (keypoints.scores <= 1).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "camera 'c': pass joint_names or layout"),
        ({"joint_names": ["nose"]}, "1 joint_names for 17 joints"),
        ({"layout": "halpe26"}, "has 17 joints, but skeleton 'halpe26' has 26"),
        ({"layout": "coco17", "fps": 0.0}, "fps must be"),
        ({"layout": "coco17", "image_size": (0, 5)}, "image_size must be"),
        ({"layout": "coco17", "scores": "no"}, "plain numbers"),
    ],
)
def test_bad_arguments(arguments, said):
    with pytest.raises(InputError, match=said):
        from_arrays(SEEN[..., :2], camera="c", **arguments)
