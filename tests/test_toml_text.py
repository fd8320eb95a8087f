import tomllib

import pytest

from canonpose.errors import InputError
from canonpose.toml_text import read_toml, toml_text


@pytest.mark.parametrize("name", ["plain", "with blank", 'quoted "q"', "back\\slash", "Zoë", "a.b"])
def test_toml_reads_what_is_written(name):
    entries = {"static": True, "fps": 25.0, "count": 3, "names": ["a", name]}
    tables = {"subjects": {name: name}, "derived": {"neck": ["left", "right"]}, "empty": {}}
    assert tomllib.loads(toml_text(entries, tables)) == entries | tables


def test_the_text_of_a_file_as_it_is_and_its_entries(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"fps = 25  # a second\r\n")
    assert read_toml(path) == ("fps = 25  # a second\r\n", {"fps": 25})


def test_only_an_optional_file_need_not_be_there(tmp_path):
    assert read_toml(tmp_path / "gone.toml", optional=True) == ("", {})
    with pytest.raises(InputError, match=r"gone\.toml: cannot be read .*; check the path"):
        read_toml(tmp_path / "gone.toml")
    with pytest.raises(InputError, match="cannot be read"):
        read_toml(tmp_path, optional=True)


@pytest.mark.parametrize("content", [b"fps = ", b"\xff\xfe\x00"])
def test_what_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.toml: is not a TOML file .*; correct it there"):
        read_toml(path, optional=True)
