from dataclasses import dataclass

import numpy as np
import pytest

from canonpose.config_checks import above, at_least, at_most, below
from canonpose.errors import InputError


@dataclass(frozen=True)
class Settings:
    count: int = 3
    share: float = 0.5
    unset: float | None = None


@pytest.mark.parametrize(
    ("check", "bounds"),
    [
        (at_least, {"count": 3, "share": 0}),
        (above, {"count": 2, "share": 0}),
        (at_most, {"count": 3, "share": 1}),
        (below, {"count": 4, "share": 1}),
        (above, {"unset": 0}),
    ],
)
def test_within_bounds(check, bounds):
    check(Settings(), **bounds)


@pytest.mark.parametrize(
    ("check", "bounds", "says"),
    [
        (at_least, {"share": 0, "count": 4}, "count must be at least 4, not 3."),
        (above, {"share": 0.5}, "share must be above 0.5, not 0.5."),
        (at_most, {"count": 2}, "count must be at most 2, not 3."),
        (below, {"share": 0.5}, "share must be below 0.5, not 0.5."),
    ],
)
def test_what_is_refused_is_said(check, bounds, says):
    with pytest.raises(InputError) as caught:
        check(Settings(), **bounds)
    assert str(caught.value) == says
    with pytest.raises(InputError, match=f"^noise: {says}$"):
        check(Settings(), "noise: ", **bounds)


@pytest.mark.parametrize("check", [at_least, above, at_most, below])
def test_nan_is_within_no_bounds(check):
    with pytest.raises(InputError, match="not nan"):
        check(Settings(share=np.nan), share=0)
