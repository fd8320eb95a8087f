import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers.reference import Reference, read_reference, write_reference


def entries(**changes):
    table = {
        "positions": np.arange(30.0).reshape(2, 5, 3),
        "joint_names": np.array(["a", "b", "c", "d", "e"]),
        "units": np.array("m"),
        "fps": np.array(30.0),
    }
    table.update(changes)
    return {name: value for name, value in table.items() if value is not None}


@pytest.fixture
def saved(tmp_path):
    def save(**changes):
        path = tmp_path / "reference.npz"
        np.savez(path, **entries(**changes))
        return path

    return save


@pytest.mark.parametrize(("units", "factor"), [("m", 1000), ("cm", 10), ("mm", 1)])
def test_positions_become_mm(saved, units, factor):
    reference = read_reference(saved(units=np.array(units)))
    np.testing.assert_allclose(reference.positions, entries()["positions"] * factor)
    assert reference.valid.all() and reference.fps == 30 and len(reference) == 2
    assert reference.joints == ("a", "b", "c", "d", "e")


def test_what_is_not_finite_is_not_valid(saved):
    positions = entries()["positions"]
    positions[0, 1] = np.nan
    valid = np.ones((2, 5), dtype=bool)
    valid[1, 4] = False
    reference = read_reference(saved(positions=positions, valid=valid, fps=None))
    assert np.argwhere(~reference.valid).tolist() == [[0, 1], [1, 4]]
    assert reference.fps is None


def test_what_is_written_is_read(tmp_path):
    rng = np.random.default_rng(0)
    written = Reference(rng.normal(size=(3, 4, 3)) * 500, rng.random((3, 4)) < 0.5, tuple("abcd"))
    write_reference(written, tmp_path / "out.npz")
    read = read_reference(tmp_path / "out.npz")
    np.testing.assert_allclose(read.positions, written.positions, atol=1e-3)
    np.testing.assert_array_equal(read.valid, written.valid)
    assert read.joints == written.joints and read.fps is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": np.array("feet")}, "feet"),
        ({"units": None}, "no entry 'units'"),
        ({"positions": np.zeros((2, 4, 3))}, "5 joint names"),
        ({"positions": np.array("x")}, "positions"),
        ({"positions": np.array([{}])}, "pickle"),
        ({"valid": np.ones((2, 4), dtype=bool)}, "valid"),
        ({"joint_names": np.array(["a", "b", "c", "d", "a"])}, "twice"),
    ],
)
def test_bad_files_are_named(saved, changes, message):
    path = saved(**changes)
    with pytest.raises(InputError, match=message) as caught:
        read_reference(path)
    assert str(path) in str(caught.value)
