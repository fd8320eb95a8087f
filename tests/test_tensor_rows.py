from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from canonpose.tensor_rows import TensorRows


@dataclass(frozen=True, eq=False)
class Inner(TensorRows):
    numbers: Tensor


@dataclass(frozen=True, eq=False)
class Outer(TensorRows):
    inner: Inner
    places: Tensor
    units: str


def rows(begin, end):
    numbers = torch.arange(begin, end)
    return Outer(Inner(numbers), numbers[:, None] * torch.ones(1, 3), "m")


def numbers_of(outer):
    assert torch.equal(outer.places, outer.inner.numbers[:, None].expand(-1, 3).float())
    assert outer.units == "m"
    return outer.inner.numbers.tolist()


def test_length_is_that_of_the_first_axis():
    assert len(rows(0, 5)) == 5


@pytest.mark.parametrize("chosen", [[4, 1], [False, True, False, False, True]])
def test_some_of_the_rows(chosen):
    assert sorted(numbers_of(rows(0, 5).at(torch.tensor(chosen)))) == [1, 4]


def test_one_after_the_other():
    assert numbers_of(Outer.concatenated([rows(0, 2), rows(5, 8), rows(1, 1)])) == [0, 1, 5, 6, 7]


def test_every_tensor_is_changed_and_the_rows_stay_as_they_were():
    before = rows(0, 3)
    assert numbers_of(before.changed(lambda part: part + 1)) == [1, 2, 3]
    assert numbers_of(before) == [0, 1, 2]


def test_moved_to_a_device():
    moved = rows(0, 3).to(torch.device("meta"))
    assert {moved.inner.numbers.device.type, moved.places.device.type} == {"meta"}
    assert (len(moved), moved.units) == (3, "m")
