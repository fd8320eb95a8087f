import tomllib
from dataclasses import replace

import pytest

from canonpose.errors import InputError
from canonpose.readers.capture_toml import read_capture_toml
from canonpose.shifts.estimate import estimate
from canonpose.synchronisation import settings_file
from canonpose.synchronisation.settings_file import write_clocks
from canonpose.synchronisation.take import CameraClock, TakeClocks
from shifts.footage import film, world

OWN = """# mine
static_cameras = true  # tripods

[offsets]
c1 = 4  # by hand
c9 = 7

[subjects]
t1 = "anna"
"""
ESTIMATE = estimate(film(world(8), [0, 0.4], seconds=5))


def found(take, offsets, drift=0.0):
    clocks = tuple(
        CameraClock(
            camera, offset, offset / 25, drift if offset else 0.0, 1.0, 0.99, 0.01, "motion"
        )
        for camera, offset in offsets.items()
    )
    return TakeClocks(take, clocks, ESTIMATE, ())


def test_one_take_and_all_else_stays(tmp_path):
    path = tmp_path / "capture.toml"
    path.write_text(OWN)
    changes = write_clocks(tmp_path, [found("t1", {"c0": 0.0, "c1": -2.5})], 1)
    assert changes == ["offsets: c1 = -2.5, was 4"]
    assert path.read_text() == OWN.replace("c1 = 4", "c1 = -2.5")


def test_several_takes_have_tables_of_their_own(tmp_path):
    (tmp_path / "capture.toml").write_text(OWN)
    takes = [found("t1", {"c0": 0.0, "c1": 4.0}), found("t 2", {"c0": 0.0, "c1": 0.0, "c2": 3.0})]
    changes = write_clocks(tmp_path, takes, 2)
    assert changes == ["takes.t 2.offsets: c1 = 0", "takes.t 2.offsets: c2 = 3"]
    settings = read_capture_toml(tmp_path)
    assert settings.offsets_of("t1") == {"c1": 4, "c9": 7}
    assert settings.offsets_of("t 2") == {"c1": 0, "c2": 3, "c9": 7}
    assert (tmp_path / "capture.toml").read_text().startswith(OWN.rstrip())
    assert write_clocks(tmp_path, takes, 2) == []


def test_drift_and_no_file_before(tmp_path):
    write_clocks(tmp_path, [found("t1", {"c0": 0.0, "c1": 1.3}, drift=150.5)], 1)
    settings = read_capture_toml(tmp_path)
    assert (settings.offsets, settings.drifts) == ({"c1": 1.3}, {"c1": 150.5})


def test_a_damaged_file_is_left_alone(tmp_path):
    (tmp_path / "capture.toml").write_text("trim = ")
    with pytest.raises(InputError, match=r"capture\.toml: is not a TOML file"):
        write_clocks(tmp_path, [found("t1", {"c0": 0.0, "c1": 1.0})], 1)
    assert (tmp_path / "capture.toml").read_text() == "trim = "


def test_a_take_with_a_table_keeps_it(tmp_path):
    (tmp_path / "capture.toml").write_text("[takes.t1.offsets]\nc1 = 3\n")
    write_clocks(tmp_path, [replace(found("t1", {"c0": 0.0, "c1": 5.0}))], 1)
    assert read_capture_toml(tmp_path).take_offsets == {"t1": {"c1": 5.0}}


@pytest.mark.parametrize(
    "text",
    [
        "takes.t1.persons.c1 = 2 # him\nstatic_cameras = true\n# end\n",
        "takes = {t1 = {offsets = {c1 = 7}}} # all\nstatic_cameras = true\n",
        "[takes]\nt1.persons.c1 = 2\n[takes.t2.persons]\nc1 = 1 # her\n",
    ],
)
@pytest.mark.parametrize("names", [["t1"], ["t1", "t2"]])
def test_tables_in_any_form_get_the_clocks_and_nothing_else(tmp_path, text, names):
    (tmp_path / "capture.toml").write_text(text)
    takes = [found(name, {"c0": 0.0, "c1": 3.0}, drift=120.5) for name in names]
    write_clocks(tmp_path, takes, len(names))
    written = (tmp_path / "capture.toml").read_text()
    expected = tomllib.loads(text)
    for name in names:
        take = expected["takes"].setdefault(name, {})
        take.setdefault("offsets", {})["c1"] = 3
        take.setdefault("drifts", {})["c1"] = 120.5
    assert tomllib.loads(written) == expected
    assert [line for line in text.split("#")[1:] if line.split("\n")[0] not in written] == []
    assert write_clocks(tmp_path, takes, len(names)) == []


def test_a_file_that_would_say_something_else_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "capture.toml").write_text(OWN)
    monkeypatch.setattr(settings_file.tomlkit, "dumps", lambda _: "trim = true\n")
    with pytest.raises(InputError, match=r"by hand: takes\.\"t 1\"\.offsets\.c1 = 3\."):
        write_clocks(tmp_path, [found("t 1", {"c0": 0.0, "c1": 3.0})], 2)
    assert (tmp_path / "capture.toml").read_text() == OWN


def test_offsets_of_0_are_written_where_times_tell_of_others(tmp_path):
    take = replace(found("t1", {"c0": 0.0, "c1": 0.0}), told=True)
    assert write_clocks(tmp_path, [take], 1) == ["offsets: c0 = 0", "offsets: c1 = 0"]
    assert write_clocks(tmp_path, [take], 1) == []
