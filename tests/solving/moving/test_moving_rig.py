"""A take before cameras that pan and zoom."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.cli.main import main
from canonpose.exporters.captures import write_capture
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.metrics import p_mpjpe, w_mpjpe
from canonpose.skeleton.convert import complete
from canonpose.solving import SolveConfig
from canonpose.solving.footage import RigFootage
from canonpose.solving.lifted_views import LiftedViews
from canonpose.solving.moving.rig import solve_moving
from canonpose.solving.rig_views import rig_views
from solving.rigs import FOCAL, MIDDLE, RING, SKELETON, scene

FRAMES, FEW = 30, 12


def panned(frames):
    """[view, frame, 3, 3] and [view, frame]: turns of up to ten degrees, and zooms."""
    time = np.arange(frames) / 25
    pans = np.radians(10) * np.sin(np.outer(1 + np.arange(len(RING)), time))
    turns = Rotation.from_rotvec(pans.reshape(-1, 1) * [0, 1, 0]).as_matrix()
    zooms = 1 + 0.2 * np.cos(np.outer(1 + np.arange(len(RING)), time))
    return turns.reshape(len(RING), frames, 3, 3) @ RING.rotations[:, None], FOCAL * zooms


@pytest.fixture(scope="module")
def filmed():
    return film(FRAMES)


def film(frames):
    """A scene, its capture, and the cameras' rotations, focal lengths and depths of the root."""
    shown = scene(frames=frames)
    rotations, focals = panned(frames)
    centres = -RING.distance * RING.rotations[:, 2]
    world = shown.worlds[0]
    place = np.einsum("vfab,vfjb->vfja", rotations, world[None] - centres[:, None, None])
    pixels = focals[..., None, None] * place[..., :2] / place[..., 2:] + MIDDLE
    random = np.random.default_rng(0)
    pixels = pixels + 2.0 * random.standard_normal(pixels.shape)
    take = shown.capture.takes[0]
    views = {}
    for view, (name, keypoints) in enumerate(take.views.items()):
        detected = SKELETON.indices(SKELETON.detected)
        full, _ = complete(pixels[view][:, detected], np.ones((frames, len(detected))), SKELETON)
        views[name] = replace(keypoints, positions=full.astype(np.float32))
    take = replace(take, views=views)
    capture = replace(shown.capture, takes=(take,), static_cameras=None)
    return shown, capture, rotations, focals, place[..., SKELETON.root_index, 2]


def footage(filmed):
    _, capture, rotations, focals, depths = filmed
    frames = rotations.shape[1]
    random = np.random.default_rng(1)
    off = Rotation.from_rotvec(np.radians(5) * random.standard_normal((4 * frames, 3)))
    facing = Rotation.random(frames, random_state=2).as_matrix()
    lifted = off.as_matrix().reshape(4, frames, 3, 3) @ rotations @ facing
    views = rig_views(capture.takes, capture.cameras, SKELETON.detected_only())
    seen = LiftedViews(lifted, 1.75 * focals / depths, np.ones((4, frames)))
    return RigFootage("t0", capture.takes, SKELETON, views, seen)


@pytest.fixture(scope="module")
def solution(filmed):
    return solve_moving(footage(filmed), SolveConfig(), 1.75, lambda sentence: None)


def test_poses_and_turns_of_the_cameras_are_found(filmed, solution):
    shown, _, rotations, focals, _ = filmed
    (take,) = solution.takes
    world = shown.worlds[0] - shown.worlds[0][:, [SKELETON.root_index]]
    assert p_mpjpe(take.positions, world * 1000) < 12
    # All frames are turned alike.
    assert w_mpjpe(take.positions, world * 1000) < 25
    np.testing.assert_allclose(take.positions[:, SKELETON.root_index], 0, atol=1e-9)
    found = take.cameras.rotations.swapaxes(0, 1)
    relative, true = (r @ r[:1].swapaxes(-1, -2) for r in (found, rotations))
    off = Rotation.from_matrix((relative @ true.swapaxes(-1, -2)).reshape(-1, 3, 3)).magnitude()
    assert np.degrees(np.median(off)) < 2.5
    zoomed = take.cameras.focals.T
    ratio = np.log(zoomed / focals)
    assert (ratio - ratio.mean(1, keepdims=True)).std() < 0.05


def test_the_rig_says_that_its_cameras_moved(solution):
    rig = solution.rig
    assert rig.projection == "moving"
    assert not rig.cameras
    assert all(report.error < 4 for report in rig.reports)
    assert not rig.votes.mirrored


def test_the_uncertainty_is_of_the_size_of_the_errors(filmed, solution):
    (take,) = solution.takes
    world = filmed[0].worlds[0] - filmed[0].worlds[0][:, [SKELETON.root_index]]
    errors = np.linalg.norm(take.positions * 1000 - aligned(take.positions, world * 1000), axis=-1)
    ratio = np.sqrt(np.nanmean(errors**2) / np.nanmean((1000 * take.sigma) ** 2))
    assert 0.4 < ratio < 2.5


def aligned(positions, world):
    """The truth in the solution's frame and size."""
    flat, true = 1000 * positions.reshape(-1, 3), world.reshape(-1, 3)
    turn, _ = Rotation.align_vectors(flat, true)
    size = (flat * turn.apply(true)).sum() / (true**2).sum()
    return (size * turn.apply(true)).reshape(world.shape)


def test_a_mirrored_lifter_is_turned_round():
    few = film(FEW)
    flip = np.diag([1.0, 1.0, -1.0])
    seen = footage(few)
    lifted = replace(seen.lifted, rotations=flip @ seen.lifted.rotations @ flip)
    found = solve_moving(replace(seen, lifted=lifted), SolveConfig(), None, lambda sentence: None)
    assert found.rig.votes.mirrored
    assert p_mpjpe(found.takes[0].positions, few[0].worlds[0] * 1000) < 15


def test_the_command_solves_cameras_that_may_move(filmed, solution, tmp_path, monkeypatch, capsys):
    write_capture(filmed[1], tmp_path / "capture")
    module = sys.modules["canonpose.solving.solve"]  # the package's name is the function's
    monkeypatch.setattr(module, "solve_moving", lambda *_: solution)
    monkeypatch.setattr(module.RigFootage, "of", lambda *_: None)
    lifter = TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=2)), SKELETON)
    save_lifter(lifter, tmp_path / "run")
    output = tmp_path / "solved"
    options = ["--subject-height", "1.75", "-m", str(tmp_path / "run"), "-o", str(output)]
    assert main(["solve", str(tmp_path / "capture"), *options]) == 0
    assert "the cameras may have moved" in capsys.readouterr().out
    assert not (output / "cameras.json").exists()
    with np.load(output / "takes" / "t0.npz") as arrays:
        np.testing.assert_allclose(arrays["positions"], solution.takes[0].positions, atol=1e-4)
        assert arrays["cameras"].tolist() == list(filmed[1].cameras)
        assert arrays["rotations"].shape == (FRAMES, len(RING), 3, 3)
        assert arrays["focals"].shape == (FRAMES, len(RING))
