import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.fusing.likely_unit import check_metres
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies

SKELETON = layout("coco17")
METRES = bodies(5, SKELETON)


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (100, r"cameras\.json: says no unit, .* m tall; it is likely to be in cm: .*\"cm\""),
        (1000, 'likely to be in mm: say so by an entry "units" of "mm"'),
        (5, 'scale its translations to metres, or say that they are by an entry "units" of "m"'),
        (0.1, "scale its translations to metres"),
    ],
)
def test_giants_and_dwarfs_are_refused(scale, told):
    with pytest.raises(InputError, match=told):
        check_metres(scale * METRES, SKELETON, "cameras.json")


def test_people_are_not():
    for scale in (0.5, 1, 1.4):
        check_metres(scale * METRES, SKELETON, "cameras.json")
    check_metres(np.full_like(METRES, np.nan), SKELETON, "cameras.json")


def test_nothing_is_known_of_what_has_no_limbs():
    fish = Skeleton("fish", ("nose", "tail"), "nose", {"tail": "nose"})
    check_metres(np.full((5, 2, 3), [[0.0, 0, 0], [0, 0, 9]]), fish, "cameras.json")
