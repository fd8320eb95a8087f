import builtins
import collections
import io
import os
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from canonpose.errors import InputError
from canonpose.pickles import read_npz_object, read_pickle

ARRAY = np.arange(24, dtype=np.float32).reshape(2, 3, 4)

NUMBERS = numpy_strategies.arrays(
    dtype=st.sampled_from(["?", "i1", "<i4", ">i8", "u2", "<f4", ">f8", "c8", "U3", "S2"]),
    shape=numpy_strategies.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | NUMBERS
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


def pickled(tmp_path, value, protocol=pickle.DEFAULT_PROTOCOL):
    path = tmp_path / "data.pickle"
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def assert_same(found, expected):
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype.newbyteorder("=")
        assert found.shape == expected.shape
    if isinstance(expected, np.ndarray) and not expected.dtype.hasobject:
        np.testing.assert_array_equal(found, expected)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list | tuple | np.ndarray):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected or (found != found and expected != expected)


@settings(max_examples=60, deadline=None)
@given(value=PLAIN, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_data_come_back_as_they_were(value, protocol, tmp_path_factory):
    path = pickled(tmp_path_factory.mktemp("pickles"), value, protocol)
    assert_same(read_pickle(path, what="data"), pickle.loads(path.read_bytes()))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_of_objects_scalars_and_orders(tmp_path, protocol):
    objects = np.empty((2, 2), dtype=object)
    objects[:] = [[ARRAY, {"a": ARRAY[0]}], [None, (1, [ARRAY[1]])]]
    value = {
        "objects": objects,
        "fortran": np.asfortranarray(ARRAY),
        "scalars": [np.float32(1.5), np.int64(3), np.True_],
        "dtype": np.dtype(">f4"),
    }
    assert_same(read_pickle(pickled(tmp_path, value, protocol), what="data"), value)


def test_arrays_can_be_written_to(tmp_path):
    for protocol in (2, 5):
        found = read_pickle(pickled(tmp_path, [ARRAY], protocol), what="data")
        found[0][0] = 7
        assert (found[0][0] == 7).all()


def test_what_is_there_twice_stays_one_object(tmp_path):
    circle: list[object] = [ARRAY, ARRAY]
    circle.append(circle)
    found = read_pickle(pickled(tmp_path, circle), what="data")
    assert found[0] is found[1]
    assert found[2] is found


def test_shared_tuples_do_not_take_for_ever(tmp_path):
    value: tuple[object, ...] = (1,)
    for _ in range(200):
        value = (value, value)
    assert read_pickle(pickled(tmp_path, value), what="data") is not None


@pytest.mark.parametrize("core", [b"numpy.core", b"numpy._core"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_arrays_of_numpy_1_and_numpy_2(tmp_path, core, protocol):
    content = pickle.dumps(ARRAY, protocol)
    for other in (b"numpy._core.", b"numpy.core."):
        old, new = other + b"multiarray", core + b".multiarray"
        content = content.replace(_name(old, protocol), _name(new, protocol))
        old, new = other + b"numeric", core + b".numeric"
        content = content.replace(_name(old, protocol), _name(new, protocol))
    content = content.replace(content[2:11], b"", 1) if protocol == 5 else content  # its frame
    path = tmp_path / "a.pickle"
    path.write_bytes(content)
    assert core + b"." in content
    assert_same(read_pickle(path, what="data"), ARRAY)


def _name(module, protocol):
    """How a module is written: as a line, or with its length."""
    return b"\x8c" + bytes([len(module)]) + module if protocol == 5 else b"c" + module + b"\n"


def test_an_array_of_python_2(tmp_path):
    # Python 2 writes strings as bytes (U: SHORT_BINSTRING) without saying which they are.
    raw = np.array([1.5, -2.0], dtype="<f8").tobytes()
    content = (
        b"\x80\x02}U\x04poseqcnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\n"
        b"K\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U"
        + bytes([len(raw)])
        + raw
        + b"tbs."
    ).replace(b"U\x04poseq", b"U\x04pose")
    path = tmp_path / "old.pkl"
    path.write_bytes(content)
    assert_same(read_pickle(path, what="data"), {"pose": np.array([1.5, -2.0])})
    assert list(read_pickle(path, what="data", encoding="bytes")) == [b"pose"]


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


EVIL = {
    "system": Calls(os.system, "touch ran"),
    "eval": Calls(eval, "open('ran', 'w')"),
    "getattr": Calls(getattr, os, "system") if os.name == "nt" else Calls(builtins.exec, "1"),
    "numpy_load": Calls(np.load, "x.npy", None, True),
    "numpy_testing": Calls(np.testing.assert_equal, 1, 1),
    "numpy_fromfile": Calls(np.fromfile, "data.pickle"),
    "memmap": Calls(np.memmap, "ran", "uint8", "w+", 0, (3,)),
    "counter": collections.Counter("aa"),
    "class": Calls,
    "path": Calls(io.FileIO, "ran", "w"),
}


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("hidden", ["bare", "in a dict", "in an array", "in an npz"])
def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(
    tmp_path, monkeypatch, name, protocol, hidden
):
    monkeypatch.chdir(tmp_path)
    value = EVIL[name]
    if hidden == "in a dict":
        value = {"poses": ARRAY, "more": [value]}
    elif hidden != "bare":
        value = np.array([value, ARRAY, None], dtype=object)
    with pytest.raises(InputError, match=r"asks for \S+, .*can run code.* save poses as plain"):
        if hidden == "in an npz":
            np.savez("data.npz", positions=value)
            read_npz_object(tmp_path / "data.npz", "positions", what="poses")
        else:
            read_pickle(pickled(tmp_path, value, protocol), what="poses")
    assert not (tmp_path / "ran").exists()


def _reduced(content, *body):
    return b"\x80\x02" + content + b"".join(body) + b"."


NDARRAY, DTYPE = b"cnumpy\nndarray\n", b"cnumpy\ndtype\n"
FLOATS = DTYPE + b"U\x02f8\x85R"
VIEWED = b"cnumpy.core.numeric\n_frombuffer\n"


@pytest.mark.parametrize(
    "content",
    [
        # An array whose bytes would be taken for the addresses of objects.
        _reduced(NDARRAY, b"K\x01\x85", DTYPE, b"U\x01O\x85RU\x08AAAAAAAA\x87Rb"),
        _reduced(VIEWED, b"(U\x08AAAAAAAA", DTYPE, b"U\x01O\x85RK\x01\x85U\x01CtR"),
        _reduced(NDARRAY, b")R(K\x01K\x01\x85", DTYPE, b"U\x01O\x85R\x89U\x08AAAAAAAAtb"),
        # A structure that says of itself that it holds no objects.
        _reduced(DTYPE, b"U\x02V8\x85R"),
        _reduced(FLOATS, b"(K\x03U\x01<NU\x01a}K\x08K\x01K\x00tb"),
        # Lengths that lie, and parts that lack.
        _reduced(VIEWED, b"(U\x08AAAAAAAA", FLOATS, b"J\xff\xff\xff\x7f\x85U\x01CtR"),
        _reduced(NDARRAY, b")R"),
        _reduced(NDARRAY),
        _reduced(b"cnumpy.core.multiarray\nscalar\n", DTYPE, b"U\x01O\x85RK\x05\x86R"),
        # Changing a function that may be called.
        _reduced(NDARRAY, b"}U\x05_makeNsb"),
        _reduced(NDARRAY, b"N}U\x05_makeNs\x86b"),
        # As a class, which none of them is.
        _reduced(NDARRAY, b")\x81"),
        _reduced(b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R"),
        b"\x80\x04\x95",
        b"",
        b"no pickle",
        b"\x80\x02K\x01\x8a",
    ],
)
def test_damaged_and_twisted_pickles(tmp_path, content):
    path = tmp_path / "data.pickle"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"data\.pickle: is truncated, damaged or no pickle; give"):
        read_pickle(path, what="poses")
    assert read_pickle(pickled(tmp_path, ARRAY), what="poses").shape == ARRAY.shape


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_garbage_gives_an_input_error_or_plain_data(data, tmp_path_factory):
    content = bytearray(pickle.dumps({"poses": ARRAY, "names": ["a"] * 3}, 2))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("garbage") / "data.pickle"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        read_pickle(path, what="poses")
    except InputError as error:
        assert "data.pickle" in str(error)


def test_object_entries_of_an_npz(tmp_path):
    path = tmp_path / "data.npz"
    value = {"S1": {"Walking": [ARRAY, ARRAY[1:]]}}
    several = np.array([value, None], dtype=object)
    np.savez_compressed(path, positions=value, several=several, plain=ARRAY.T, names=["a", "bc"])
    assert_same(read_npz_object(path, "positions", what="poses"), value)
    assert_same(read_npz_object(path, "several", what="poses"), several)
    assert_same(read_npz_object(path, "plain", what="poses"), ARRAY.T)
    assert_same(read_npz_object(path, "names", what="poses"), np.array(["a", "bc"]))
    with pytest.raises(InputError, match=r"data\.npz: has no entry 'x' \(it has positions, sev"):
        read_npz_object(path, "x", what="poses")


@pytest.mark.parametrize("keep", [0, 3, 40, 200, -30])
def test_a_truncated_npz(tmp_path, keep):
    path = tmp_path / "data.npz"
    np.savez(path, positions={"S1": ARRAY})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"data\.npz: is truncated, damaged or no npz; give"):
        read_npz_object(path, "positions", what="poses")


def test_a_changed_byte_in_an_npz_is_found(tmp_path):
    path = tmp_path / "data.npz"
    np.savez(path, positions={"S1": ARRAY})
    place = path.read_bytes().index(ARRAY.tobytes()) + 5
    content = bytearray(path.read_bytes())
    content[place] ^= 255
    path.write_bytes(content)
    with pytest.raises(InputError, match="truncated, damaged"):
        read_npz_object(path, "positions", what="poses")


def test_a_header_that_is_not_an_arrays(tmp_path):
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("positions.npy", b"\x93NUMPY\x01\x00\x04\x00{}  ")
    with pytest.raises(InputError, match="truncated, damaged"):
        read_npz_object(path, "positions", what="poses")


def test_files_that_are_not_there(tmp_path):
    for read in (read_pickle, lambda path, what: read_npz_object(path, "a", what=what)):
        with pytest.raises(InputError, match=r"nowhere: cannot be read .*check the path"):
            read(tmp_path / "nowhere", what="poses")
        with pytest.raises(InputError, match="cannot be read"):
            read(tmp_path, what="poses")
