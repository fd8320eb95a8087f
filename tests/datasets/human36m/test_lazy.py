import pytest

from canonpose.datasets.human36m.lazy import Lazy


def test_values_are_made_when_asked_for():
    made = []
    lazy = Lazy("ab", lambda name: made.append(name) or name.upper())
    assert (list(lazy), len(lazy), "a" in lazy, "c" in lazy) == (["a", "b"], 2, True, False)
    assert made == []
    assert dict(lazy) == {"a": "A", "b": "B"}
    assert lazy["b"] == "B"
    assert made == ["a", "b", "b"]
    with pytest.raises(KeyError):
        lazy["c"]
    assert not Lazy((), str)
