"""Which lifter `canonpose lift --rig` takes where none is given."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.chirality import ChiralityVote
from canonpose.cli.main import main
from canonpose.exporters.calibrations import write_json
from canonpose.exporters.npz import load_poses
from canonpose.fusing.rig_lifter import lifter_of_rig
from canonpose.geometry.cameras import Camera
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.solving import Solved, write_solved
from canonpose.solving.solved import MirrorVotes, SolvedRig
from solving.rigs import SKELETON
from synthetic_files import body, view, write_npz


def make_lifter(folder, seed=0, skeleton=SKELETON):
    torch.manual_seed(seed)
    save_lifter(TrainedLifter(Lifter(len(skeleton), LifterConfig(width=2)), skeleton), folder)


def rig(name):
    lens = (1920, 1080), np.diag([1000.0, 1000.0, 1.0]), np.zeros(5)
    cameras = {n: Camera(n, *lens, np.eye(3), np.array([0.0, 0.0, 5.0])) for n in ("c0", "c1")}
    votes = MirrorVotes(ChiralityVote(0.5, {}, 2), np.nan, np.nan, mirrored=False)
    rotations = {name: camera.rotation for name, camera in cameras.items()}
    return SolvedRig(name, "perspective", "", rotations, cameras, (), {}, votes, np.nan)


@pytest.fixture
def solved(tmp_path):
    """Writes a solution of two rigs by a lifter."""

    def write(lifter):
        rigs = rig("north"), rig("south")
        write_solved(Solved((), rigs, SKELETON, "m"), tmp_path / "solved", lifter)
        return tmp_path / "solved"

    return write


def places(folder):
    return folder, folder / "north", folder / "south" / "cameras.json"


def test_the_one_that_was_trained_for_it_whatever_names_the_rig(solved, tmp_path):
    make_lifter(tmp_path / "solved" / "lifter")
    folder = solved(tmp_path / "solved" / "lifter")
    for known in (True, False):
        if not known:  # as of earlier versions
            facts = json.loads((folder / "solve.json").read_text())
            assert facts.pop("lifter")["folder"] == "lifter"
            (folder / "solve.json").write_text(json.dumps(facts))
        for place in places(folder):
            assert lifter_of_rig(place) == (str(folder / "lifter"), "")


def test_the_one_that_it_was_solved_by(solved, tmp_path):
    make_lifter(tmp_path / "run")
    folder = solved(tmp_path / "run")
    for place in places(folder):
        assert lifter_of_rig(place) == (str(folder / "../run"), "")
    shutil.move(tmp_path, there := tmp_path.with_name("there"))
    assert lifter_of_rig(there / "solved") == (str(there / "solved" / "../run"), "")


def test_another_instead_of_one_that_is_gone_is_said(solved, tmp_path):
    make_lifter(tmp_path / "run")
    folder = solved(tmp_path / "run")
    make_lifter(tmp_path / "run", seed=1)
    name, instead = lifter_of_rig(folder)
    assert name == "pretrained"
    assert "solved by the lifter ../run" in instead and "lifted by pretrained instead" in instead
    shutil.move(tmp_path / "run", folder / "lifter")
    name, instead = lifter_of_rig(folder)
    assert name == str(folder / "lifter")
    assert f"lifted by {name} instead" in instead


def test_the_pretrained_one(solved):
    for place in places(solved("pretrained")):
        assert lifter_of_rig(place) == ("pretrained", "")


def test_a_calibration_knows_of_no_lifter(tmp_path):
    write_json(rig("rig").cameras.values(), tmp_path / "cameras.json")
    make_lifter(tmp_path / "lifter")
    assert lifter_of_rig(tmp_path / "cameras.json") == ("pretrained", "")


@pytest.mark.filterwarnings("ignore")
def test_the_command_lifts_by_it(solved, tmp_path, capsys):
    for camera, yaw in (("c0", 0), ("c1", 60)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(5, 3), yaw))
    named = replace(SKELETON, name="its own")
    make_lifter(tmp_path / "run", skeleton=named)
    folder = solved(tmp_path / "run")
    command = ["lift", str(tmp_path / "take"), "-o", str(tmp_path / "out.npz")]
    command += ["--rig", str(folder / "north")]
    assert main(command) == 0
    assert "pretrained" not in capsys.readouterr().out
    assert load_poses(tmp_path / "out.npz").skeleton.name == "its own"
    shutil.rmtree(tmp_path / "run")
    assert main(command) == 0
    assert "was solved by the lifter ../run" in " ".join(capsys.readouterr().out.split())
    assert load_poses(tmp_path / "out.npz").skeleton.name != "its own"
