"""What `canonpose solve` refuses before it takes time, and what it says that it wrote."""

from dataclasses import replace

import numpy as np
import pytest

from canonpose.chirality import ChiralityVote
from canonpose.cli import solve as command
from canonpose.cli.main import main
from canonpose.exporters.captures import write_capture
from canonpose.geometry.cameras import Camera
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.skeleton import Skeleton
from canonpose.solving import Solved
from canonpose.solving.solved import CameraReport, MirrorVotes, SolvedRig, SolvedTake
from synthetic_people import capture

HEADS = Skeleton("heads", ("nose", "left_eye"), "nose", {"left_eye": "nose"})


def solution(projection, cameras=3, deviation=np.nan):
    names = [f"c{number}" for number in range(cameras)]
    places = {}
    if projection == "perspective":
        lens = np.diag([1000.0, 1000.0, 1.0]), np.zeros(5)
        places = {n: Camera(n, (1920, 1080), *lens, np.eye(3), np.zeros(3)) for n in names}
    votes = MirrorVotes(ChiralityVote(0.5, {}, 2), np.nan, np.nan, mirrored=False)
    rig = SolvedRig(
        name="rig",
        projection=projection,
        lens="some lens",
        rotations={name: np.eye(3) for name in names},
        cameras=places,
        reports=tuple(CameraReport(name, 1.0, 1.0, 1.0, np.nan) for name in names),
        joint_errors={},
        votes=votes,
        focal_deviation=deviation,
    )
    shape = (2, len(HEADS))
    zeros = np.zeros((*shape, 3)), np.ones(shape, bool), *np.ones((2, *shape))
    return Solved((SolvedTake("t0", "rig", *zeros),), (rig,), HEADS, "body_height")


@pytest.fixture
def says(tmp_path, monkeypatch, capsys):
    """What the command prints, after it has got a solution."""
    write_capture(capture(4)[0], tmp_path / "capture")
    network = Lifter(len(HEADS), LifterConfig(width=2))
    save_lifter(TrainedLifter(network, HEADS), tmp_path / "run")

    def run(solved, *options):
        monkeypatch.setattr(command, "solve", lambda *_, **__: solved)
        output = str(tmp_path / "solved")
        run = str(tmp_path / "run")
        arguments = ["solve", str(tmp_path / "capture"), "-m", run, "-o", output, *options]
        assert main(arguments) == 0
        return capsys.readouterr().out

    return run


def test_it_names_what_it_wrote(says):
    assert "solve.json, takes, cameras\n" in says(solution("perspective"))
    for projection in ("weak", "moving"):
        assert says(solution(projection)).endswith("solve.json, takes\n")


@pytest.mark.parametrize(
    ("cameras", "deviation", "options", "why"),
    [
        (3, 0.5, (), "the footage does not tell the focal lengths: "),
        (2, np.inf, (), "the footage does not tell the focal lengths: "),
        (2, np.nan, ("--no-body",), "two cameras that look at one person do not tell their focal"),
        (2, 0.5, ("--no-body",), "the footage does not tell the focal lengths: "),
        (2, np.nan, (), "too few joints are seen well to tell where the cameras stand: "),
        (3, np.nan, (), "too few joints are seen well to tell where the cameras stand: "),
    ],
)
def test_weak_perspective_that_nobody_asked_for_is_explained(
    says, cameras, deviation, options, why
):
    solved = solution("weak", cameras, deviation)
    said = says(solved, *options)
    assert why in said
    assert "there are no places of the cameras, only how they are turned" in said
    assert ("leave out --no-body" in said) == (why[:3] == "two")
    assert "no places" not in says(solved, "--projection", "weak")


def test_what_was_not_found_to_be_weak_is_not_explained(says):
    for projection in ("perspective", "moving"):
        assert "no places" not in says(solution(projection))


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """What the command refuses before any lifter is looked for."""

    def run(shown, *options):
        write_capture(shown, tmp_path / "capture")
        for late in ("load_lifter", "ready_lifter", "solve"):
            monkeypatch.setattr(command, late, lambda *_, **__: pytest.fail("too late"))
        output = str(tmp_path / "solved")
        assert main(["solve", str(tmp_path / "capture"), "-o", output, *options]) == 2
        return capsys.readouterr().err

    return run


def test_a_height_says_nothing_of_a_skeleton_without_limbs(refused):
    shown, _ = capture(4, skeleton=HEADS)
    said = refused(shown, "--subject-height", "1.8")
    assert "has no limbs or trunk to compare it with; leave it out" in said


def test_one_rig_of_pictures_of_several_sizes(refused):
    shown, _ = capture(4, people=2)
    small, large = (
        replace(
            one,
            views={name: replace(view, image_size=size) for name, view in one.views.items()},
        )
        for one, size in zip(shown.takes, ((1920, 1080), (3840, 2160)), strict=True)
    )
    said = refused(replace(shown, takes=(small, large)), "--one-rig", "--static-cameras")
    assert "camera 'c0': its pictures are 1920x1080 in take t0 and 3840x2160 in take t1" in said
