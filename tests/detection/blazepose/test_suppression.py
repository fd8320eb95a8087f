import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from canonpose.detection.blazepose.suppression import intersection_over_union, merge_overlapping


def square(x, y, side=10.0):
    return [x, y, x + side, y + side]


def test_overlapping_boxes_become_one_and_distant_ones_stay():
    boxes = np.array([square(0, 0), square(1, 0), square(100, 0), square(0, 1)])
    scores = np.array([0.6, 0.9, 0.7, 0.6])
    merged, best = merge_overlapping(boxes, boxes, scores, 0.3)
    assert best.tolist() == [0.9, 0.7]
    weights = scores[[0, 1, 3]] / scores[[0, 1, 3]].sum()
    assert np.allclose(merged[0], weights @ boxes[[0, 1, 3]])
    assert np.allclose(merged[1], boxes[2])


def test_boxes_join_the_surest_one_and_no_chain():
    # The second overlaps the first; the third overlaps the second alone, and stays.
    boxes = np.array([square(0, 0), square(4, 0), square(8, 0)])
    merged, best = merge_overlapping(boxes, boxes, np.array([0.9, 0.8, 0.7]), 0.3)
    assert best.tolist() == [0.9, 0.7]
    assert np.allclose(merged[1], boxes[2])


def test_an_empty_box_is_still_an_answer():
    boxes = np.array([[5.0, 5.0, 5.0, 5.0]])
    merged, best = merge_overlapping(boxes, boxes, np.array([0.8]), 0.3)
    assert np.allclose(merged, boxes) and best.tolist() == [0.8]


def test_no_boxes_no_people():
    merged, best = merge_overlapping(np.empty((0, 4)), np.empty((0, 12)), np.empty(0), 0.3)
    assert merged.shape == (0, 12) and len(best) == 0


corners = hnp.arrays(float, (8, 2, 2), elements=st.floats(0, 100)).map(
    lambda points: np.concatenate([points.min(1), points.max(1)], axis=1)
)


@given(corners, hnp.arrays(float, 8, elements=st.floats(0.5, 1)))
def test_merging_stays_within_the_boxes_and_never_invents_people(boxes, scores):
    merged, best = merge_overlapping(boxes, boxes, scores, 0.3)
    assert 1 <= len(merged) <= len(boxes)
    assert best[0] == scores.max() and (np.diff(best) <= 0).all()
    assert (merged >= boxes.min(0) - 1e-9).all() and (merged <= boxes.max(0) + 1e-9).all()


@given(corners)
def test_overlap_is_symmetric_and_whole_with_itself(boxes):
    table = np.stack([intersection_over_union(box, boxes) for box in boxes])
    assert np.allclose(table, table.T)
    assert (table >= 0).all() and (table <= 1 + 1e-9).all()
    empty = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) == 0
    assert np.allclose(np.diag(table)[~empty], 1)
