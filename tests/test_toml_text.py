import tomllib

import pytest

from canonpose.toml_text import toml_text


@pytest.mark.parametrize("name", ["plain", "with blank", 'quoted "q"', "back\\slash", "Zoë", "a.b"])
def test_toml_reads_what_is_written(name):
    entries = {"static": True, "fps": 25.0, "count": 3, "names": ["a", name]}
    tables = {"subjects": {name: name}, "derived": {"neck": ["left", "right"]}, "empty": {}}
    assert tomllib.loads(toml_text(entries, tables)) == entries | tables
