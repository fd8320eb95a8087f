import numpy as np
import pytest

from canonpose.datamodel import Keypoints
from canonpose.datasets.plausible import check_axes, median_distance
from canonpose.errors import InputError
from canonpose.skeleton import layout

COCO = layout("coco17")
POSITIONS = np.random.default_rng(0).normal(size=(6, len(COCO), 3))


def keypoints(shift, seen=True):
    positions = np.broadcast_to(np.asarray(shift, dtype=np.float32), (4, len(COCO), 2)).copy()
    return Keypoints(positions, np.full((4, len(COCO)), float(seen), dtype=np.float32), COCO)


def test_the_median_ignores_what_is_not_in_both():
    detected = keypoints((3, 4))
    detected.positions[0] = 900
    detected.scores[0] = 0
    assert median_distance(keypoints((0, 0)), detected) == 5
    assert np.isnan(median_distance(keypoints((0, 0)), keypoints((3, 4), seen=False)))


def test_axes_as_in_the_image_pass():
    check_axes(100 * POSITIONS[..., :2] + 500, POSITIONS, "here")


@pytest.mark.parametrize(("axis", "said"), [(0, "x rightwards"), (1, "y downwards")])
def test_an_axis_the_other_way_is_refused(axis, said):
    turned = POSITIONS.copy()
    turned[..., axis] *= -1
    with pytest.raises(InputError, match=f"here: its 3D does not have {said}"):
        check_axes(100 * POSITIONS[..., :2], turned, "here")
