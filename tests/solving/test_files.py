"""What stays and what goes where a capture is solved again into the same folder."""

import json
from dataclasses import replace

import numpy as np
import pytest

from canonpose.chirality import ChiralityVote
from canonpose.geometry.cameras import Camera
from canonpose.solving import Solved, write_solved
from canonpose.solving.solved import MirrorVotes, SolvedRig, SolvedTake
from solving.rigs import SKELETON


def solved(*names):
    shape = (2, len(SKELETON))
    takes = tuple(
        SolvedTake(name, "rig", np.zeros((*shape, 3)), np.ones(shape, bool), *np.ones((2, *shape)))
        for name in names
    )
    votes = MirrorVotes(ChiralityVote(0.5, {}, 2), np.nan, np.nan, mirrored=False)
    rig = SolvedRig("rig", "weak", "weak perspective", {}, {}, (), {}, votes, np.nan)
    return Solved(takes, (rig,), SKELETON, "body_height")


def written(folder):
    takes = folder / "takes"
    return sorted(str(file.relative_to(takes)) for file in takes.rglob("*.npz"))


def test_takes_that_are_no_longer_solved_do_not_stay(tmp_path):
    write_solved(solved("a", "b", "day/c"), tmp_path)
    (tmp_path / "takes" / "mine.npz").write_bytes(b"mine")
    write_solved(solved("b"), tmp_path)
    assert written(tmp_path) == ["b.npz", "mine.npz"]


def test_takes_beside_which_no_solution_lies_stay(tmp_path):
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes" / "a.npz").write_bytes(b"mine")
    write_solved(solved("b"), tmp_path)
    assert written(tmp_path) == ["a.npz", "b.npz"]


def test_folders_that_are_empty_then_do_not_stay(tmp_path):
    lens = (640, 480), np.diag([500.0, 500.0, 1.0]), np.zeros(5)
    camera = Camera("c0", *lens, np.eye(3), np.zeros(3))
    one = solved("day/c", "night/d")
    (rig,) = one.rigs
    rigs = tuple(replace(rig, name=name, cameras={"c0": camera}) for name in ("north", "south"))
    write_solved(replace(one, rigs=rigs), tmp_path)
    for mine in ("south/opencv/mine.yml", "takes/night/mine.npz"):
        (tmp_path / mine).write_text("mine")
    write_solved(solved("b"), tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_dir()}
    assert left == {"south", "south/opencv", "takes", "takes/night"}


@pytest.mark.parametrize("name", ["../mine", "../../mine", "{folder}/mine"])
def test_nothing_outside_of_the_takes_is_removed(tmp_path, name):
    folder = tmp_path / "solved"
    write_solved(solved("a"), folder)
    mine = [folder / "mine.npz", tmp_path / "mine.npz"]
    for file in mine:
        file.write_bytes(b"mine")
    facts = json.loads((folder / "solve.json").read_text())
    facts["takes"] = {name.format(folder=folder): "rig"}
    (folder / "solve.json").write_text(json.dumps(facts))
    write_solved(solved("b"), folder)
    assert all(file.exists() for file in mine)
