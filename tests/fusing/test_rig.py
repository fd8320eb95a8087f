import json
from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_anipose, write_json
from canonpose.fusing import read_rig
from canonpose.fusing.rig import MOVING, SIZES_UNKNOWN
from canonpose.geometry.cameras import Camera
from canonpose.solving.solve import _notes
from solving.rigs import scene


def camera(name):
    return Camera(name, (64, 48), np.diag([50.0, 50.0, 1.0]), np.zeros(5), np.eye(3), np.ones(3))


def facts(*names, units="body_height", projection="weak", notes=()):
    cameras = {name: {"rotation": np.eye(3).tolist()} for name in names}
    one = {"projection": projection, "cameras": cameras}
    return json.dumps({"units": units, "rigs": [one], "notes": list(notes)})


def test_a_solved_folder_has_its_unit(tmp_path):
    write_json([camera("a"), camera("b")], tmp_path / "cameras.json")
    (tmp_path / "solve.json").write_text(facts("a", "b"))
    rig = read_rig(tmp_path)
    assert rig.units == "body_height"
    assert list(rig.for_cameras(["B", "a"]).cameras) == ["B", "a"]


def test_a_calibration_file_is_in_metres(tmp_path):
    write_json([camera("a")], tmp_path / "cameras.json")
    assert read_rig(tmp_path / "cameras.json").units == "m"


@pytest.mark.parametrize("units", ["body_height", "bone_length", "m"])
def test_a_calibration_file_may_be_in_bodies(units, tmp_path):
    write_json([camera("a")], tmp_path / "a.json", units)
    write_anipose([camera("a")], tmp_path / "a.toml", {"units": units})
    for name in ("a.json", "a.toml"):
        rig = read_rig(tmp_path / name)
        assert (rig.units, rig.says_units) == (units, True)
        np.testing.assert_array_equal(rig.cameras["a"].translation, np.ones(3))


def test_a_file_of_solved_cameras_that_says_metres_is_in_what_it_was_solved_in(tmp_path):
    """As earlier versions wrote it."""
    write_json([camera("a")], tmp_path / "cameras.json")
    (tmp_path / "solve.json").write_text(facts("a"))
    assert read_rig(tmp_path / "cameras.json").units == "body_height"


def test_a_file_that_says_no_unit_is_taken_to_be_in_metres(tmp_path):
    write_anipose([camera("a")], tmp_path / "a.toml")
    rig = read_rig(tmp_path / "a.toml")
    assert (rig.units, rig.says_units) == ("m", False)
    assert not rig.for_cameras(["a"]).says_units


def test_picture_sizes_of_a_solution_may_be_guesses(tmp_path):
    write_json([camera("a")], tmp_path / "cameras.json")
    for notes, known in (((), True), ((f"a: {SIZES_UNKNOWN}, so ...",), False)):
        (tmp_path / "solve.json").write_text(facts("a", notes=notes))
        for path in (tmp_path, tmp_path / "cameras.json"):
            assert read_rig(path).knows_sizes == known


def test_an_entry_says_so_whatever_the_notes_say(tmp_path):
    told = json.loads(facts("a", notes=(f"b: {SIZES_UNKNOWN}, so ...",)))
    write_json([camera("a")], tmp_path / "cameras.json")
    for guessed in ([], ["a"]):
        told["rigs"][0]["image_sizes_guessed"] = guessed
        (tmp_path / "solve.json").write_text(json.dumps(told))
        for path in (tmp_path, tmp_path / "cameras.json"):
            assert read_rig(path).knows_sizes == (not guessed)


def test_of_several_rigs_each_has_its_entry(tmp_path):
    several = json.loads(facts("a"))
    several["rigs"] = [
        {**several["rigs"][0], "name": name, "image_sizes_guessed": guessed}
        for name, guessed in (("day/north", []), ("south", ["a"]))
    ]
    (tmp_path / "solve.json").write_text(json.dumps(several))
    for folder, known in (("day-north", True), ("south", False)):
        write_json([camera("a")], tmp_path / folder / "cameras.json")
        assert read_rig(tmp_path / folder).knows_sizes == known


def test_the_file_of_one_of_several_rigs_is_as_its_folder(tmp_path):
    several = json.loads(facts("a"))
    several["rigs"] = [
        {**several["rigs"][0], "name": name, "image_sizes_guessed": ["a"]} for name in ("n", "s")
    ]
    (tmp_path / "solve.json").write_text(json.dumps(several))
    for folder, solved in (("n", True), ("studio", False)):
        write_json([camera("a")], tmp_path / folder / "cameras.json")
        rig = read_rig(tmp_path / folder / "cameras.json")
        assert (rig.units, rig.knows_sizes) == (("body_height", False) if solved else ("m", True))


def test_solving_says_that_picture_sizes_are_guesses_in_these_words():
    capture = scene(frames=2).capture
    (take,) = capture.takes
    views = {name: replace(view, image_size=None) for name, view in take.views.items()}
    told = _notes(replace(capture, takes=(replace(take, views=views),)))
    assert any(SIZES_UNKNOWN in note for note in told)


@pytest.mark.parametrize("takes", [1, 2])
def test_cameras_that_moved_are_refused(takes, tmp_path):
    moved = json.loads(facts("a", "b", projection=MOVING))
    moved["rigs"] *= takes
    (tmp_path / "solve.json").write_text(json.dumps(moved))
    with pytest.raises(InputError, match=r"these cameras moved .* leave --rig out") as caught:
        read_rig(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_weak_solution_gives_rotations(tmp_path):
    (tmp_path / "solve.json").write_text(facts("a", "b"))
    rig = read_rig(tmp_path)
    assert not rig.cameras
    np.testing.assert_array_equal(rig.rotations["b"], np.eye(3))


def test_one_of_several_rigs_is_named(tmp_path):
    several = json.loads(facts("a"))
    several["rigs"] *= 2
    (tmp_path / "solve.json").write_text(json.dumps(several))
    for name in ("north", "south"):
        write_json([camera("a")], tmp_path / name / "cameras.json")
    with pytest.raises(InputError, match="north, south"):
        read_rig(tmp_path)
    assert read_rig(tmp_path / "south").units == "body_height"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"units": "m"}',
        '{"units": "ell", "rigs": []}',
        '{"units": "m", "rigs": [], "notes": 1}',
        '{"units": "m", "rigs": [{"cameras": {}, "image_sizes_guessed": true}]}',
        '{"units": "m", "rigs": [], "lifter": "run"}',
        '{"units": "m", "rigs": [], "lifter": {"folder": "run"}}',
    ],
)
def test_damaged_facts(text, tmp_path):
    (tmp_path / "solve.json").write_text(text)
    with pytest.raises(InputError, match="damaged"):
        read_rig(tmp_path)


def test_any_other_folder(tmp_path):
    with pytest.raises(InputError, match=r"holds no solve\.json"):
        read_rig(tmp_path)
