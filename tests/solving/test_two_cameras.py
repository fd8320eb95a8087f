"""Two cameras, whose focal lengths only the bodies before them tell."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.metrics import p_mpjpe
from canonpose.solving.rig import solve_rig
from solving.rigs import (
    CONFIG,
    FOCAL,
    MIDDLE,
    errors_in_mm,
    rotation_errors,
    scene,
    solved,
)
from synthetic_people import Ring

TWO = Ring(yaw=(0.0, 70.0), pitch=(4.0, -3.0), distance=4.0)


def test_two_cameras_get_focal_lengths_only_where_these_are_asked_for():
    shown = scene(ring=TWO)  # exact, so that they could be had
    left_to_us = replace(CONFIG, focals="auto")
    assert solved(shown, left_to_us).rig.projection == "weak"
    for asked in (CONFIG, replace(left_to_us, projection="perspective")):
        assert solved(shown, asked).rig.projection == "perspective"


def test_bodies_tell_the_focal_length_of_two_cameras():
    shown = scene(ring=TWO, noise=2.0, frames=96)
    config = replace(CONFIG, focals="auto", body=True)
    solution, weak = solved(shown, config), solved(shown, replace(config, projection="weak"))
    rig = solution.rig
    assert rig.projection == "perspective"
    for camera in rig.cameras.values():
        assert camera.matrix[0, 0] == pytest.approx(FOCAL, rel=0.1)
    assert rig.focal_deviation < 0.1
    assert rotation_errors(rig, TWO).max() < 1.5
    assert errors_in_mm(solution, shown)[0] < 25  # with places in the world, which weak has none of
    world = shown.worlds[0] * 1000
    rigid, of_weak = (float(p_mpjpe(a.takes[0].positions, world)) for a in (solution, weak))
    assert rigid < of_weak


def test_bodies_tell_two_cameras_of_different_focal_lengths():
    shown = scene(ring=TWO, noise=1.0, frames=72)
    (one,) = shown.capture.takes
    wide = one.views["c1"]
    wide = replace(wide, positions=(0.6 * (wide.positions - MIDDLE) + MIDDLE).astype(np.float32))
    takes = (replace(one, views={**one.views, "c1": wide}),)
    shown = replace(shown, capture=replace(shown.capture, takes=takes))
    footage = shown.footage()
    scales = footage.lifted.scales * np.array([[1.0], [0.6]])
    footage = replace(footage, lifted=replace(footage.lifted, scales=scales))
    config = replace(CONFIG, focals="auto", body=True, first_points=80)
    rig = solve_rig(footage, config, 1.75, lambda sentence: None).rig
    assert rig.lens == "own focal lengths"
    assert rig.cameras["c0"].matrix[0, 0] == pytest.approx(FOCAL, rel=0.15)
    assert rig.cameras["c1"].matrix[0, 0] == pytest.approx(0.6 * FOCAL, rel=0.15)
    assert rotation_errors(rig, TWO).max() < 2


def test_two_distant_cameras_end_in_weak_perspective():
    """Bodies are best at the longest of all focal lengths, or tell none."""
    shown = scene(frames=30, ring=replace(TWO, distance=80.0), noise=1.0, roam=0.1)
    few = replace(CONFIG, body=True, points=150, first_points=60)
    solution = solved(shown, few)
    assert solution.rig.projection == "weak"
    assert not solution.rig.cameras


def test_rotations_of_a_weak_solution_belong_to_its_joints():
    shown = scene(ring=TWO, noise=2.0)
    footage = shown.footage()
    roll = Rotation.from_euler("y", 8, degrees=True).as_matrix()
    off = footage.lifted.rotations.copy()
    off[1] = roll @ off[1]  # as a lifter has constant errors
    footage = replace(footage, lifted=replace(footage.lifted, rotations=off))
    errors = {}
    for body in (False, True):
        config = replace(CONFIG, projection="weak", body=body)
        rig = solve_rig(footage, config, 1.75, lambda sentence: None).rig
        errors[body] = rotation_errors(rig, TWO).max()
    assert errors[False] > 3.5
    assert errors[True] < 1.5


def test_takes_too_short_for_motion_end_in_weak_perspective():
    shown = scene(ring=TWO, frames=60)
    (whole,) = shown.capture.takes
    pairs = []
    for begin in range(0, 60, 2):
        kept = slice(begin, begin + 2)
        views = {
            name: replace(view, positions=view.positions[kept], scores=view.scores[kept])
            for name, view in whole.views.items()
        }
        pairs.append(replace(whole, name=f"pair{begin}", views=views))
    takes = replace(shown.footage(), takes=tuple(pairs))
    config = replace(CONFIG, focals="auto", body=True)
    assert solve_rig(takes, config, 1.75, lambda sentence: None).rig.projection == "weak"
