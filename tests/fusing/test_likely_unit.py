import numpy as np
import pytest

from canonpose.errors import InputWarning
from canonpose.fusing.likely_unit import warn_if_not_metres
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies

SKELETON = layout("coco17")
METRES = bodies(5, SKELETON)


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (100, r"cameras\.json: says no unit, .* m tall; it is likely to be in cm: .*\"cm\""),
        (1000, 'likely to be in mm: say so by an entry "units" of "mm"'),
        (5, "scale its translations to metres"),
        (0.1, "scale its translations to metres"),
    ],
)
def test_giants_and_dwarfs_are_said(scale, told):
    with pytest.warns(InputWarning, match=told):
        warn_if_not_metres(scale * METRES, SKELETON, "cameras.json")


def test_people_are_not(recwarn):
    for scale in (0.5, 1, 1.4):
        warn_if_not_metres(scale * METRES, SKELETON, "cameras.json")
    warn_if_not_metres(np.full_like(METRES, np.nan), SKELETON, "cameras.json")
    assert not recwarn.list


def test_nothing_is_known_of_what_has_no_limbs(recwarn):
    fish = Skeleton("fish", ("nose", "tail"), "nose", {"tail": "nose"})
    warn_if_not_metres(np.full((5, 2, 3), [[0.0, 0, 0], [0, 0, 9]]), fish, "cameras.json")
    assert not recwarn.list
