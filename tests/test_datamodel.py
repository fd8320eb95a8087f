from dataclasses import replace

import pytest

from canonpose.errors import InputError
from synthetic_people import capture


def test_takes_of_one_capture_have_names_of_their_own():
    """Solved takes, labels and results are found by them."""
    shown = capture(5)[0]
    (take,) = shown.takes
    assert len(replace(shown, takes=(take, replace(take, name="other")))) == 10
    with pytest.raises(InputError, match=f"{take.name}: several takes"):
        replace(shown, takes=(take, replace(take, subject="another")))
