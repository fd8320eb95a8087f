import ast
from importlib import import_module
from pathlib import Path

import pytest

import canonpose


@pytest.mark.parametrize("package", ["canonpose", "canonpose.lifter"])
def test_names_for_readers_and_for_type_checkers_agree(package):
    module = import_module(package)
    (checked,) = [
        node for node in ast.parse(Path(module.__file__).read_text()).body
        if isinstance(node, ast.If)
    ]  # fmt: skip
    imported = {alias.name: node.module for node in checked.body for alias in node.names}
    assert sorted(imported) == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    for name, home in imported.items():
        assert getattr(module, name) is getattr(import_module(home), name)


def test_modules_inside_can_be_asked_for():
    assert canonpose.metrics.score is import_module("canonpose.metrics").score


@pytest.mark.parametrize("name", ["nothing", "__wrapped__"])
def test_other_names_are_no_attributes(name):
    with pytest.raises(AttributeError, match=name):
        getattr(canonpose, name)
