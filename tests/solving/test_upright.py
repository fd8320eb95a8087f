"""Which way is up, by bodies that are seen in part, look down, lie or tumble."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputWarning
from canonpose.skeleton import Skeleton
from canonpose.solving import SolveConfig
from canonpose.solving.rig import solve_rig
from canonpose.solving.upright import mean_axis, upright_turn
from solving.rigs import RING, SKELETON, scene
from synthetic_people import bodies, turn, turning

FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
SHOULDERS = ("left_shoulder", "right_shoulder")
ANKLES, KNEES = ("left_ankle", "right_ankle"), ("left_knee", "right_knee")
UP = np.array([0.0, -1.0, 0.0])
"""The synthetic world is y down, its cameras nearly level."""


def people(unseen=(), moments=slice(None)):
    """[frame, joint, 3] of someone who turns; NaN where joints are not seen."""
    points = turning(bodies(60, SKELETON, seed=0), seed=0)
    for joint in unseen:
        points[moments, SKELETON.index(joint)] = np.nan
    return points


def tilt(points):
    """Degrees by which the world is off; nothing is said of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = upright_turn(points, SKELETON, RING.rotations, "rig")
    return np.degrees(np.arccos(found[2] @ UP))


@pytest.mark.parametrize(
    "unseen",
    [(), FACE, ANKLES, (*ANKLES, *KNEES), SHOULDERS, (*FACE, *SHOULDERS), (*FACE, *ANKLES)],
    ids=" ".join,
)
def test_bodies_that_are_seen_in_part_tell(unseen):
    assert tilt(people(unseen)) < 12


def test_where_people_look_does_not_tilt_the_world():
    points = people()
    points[:, SKELETON.indices(FACE)] += [0.3, 0.3, 0.0]  # metres, ahead and down
    assert tilt(points) == pytest.approx(tilt(people()))


def test_ends_that_are_hardly_seen_do_not_count():
    points = people(ANKLES, slice(20, None))
    points[:20, SKELETON.indices(ANKLES)] += [2.0, 0.0, 0.0]  # kicks, or is detected wrongly
    assert tilt(points) < 12
    more = people(ANKLES, slice(40, None))
    np.testing.assert_array_equal(mean_axis(more, SKELETON), mean_axis(people()[:40], SKELETON))


def said(points, skeleton=SKELETON):
    with pytest.warns(InputWarning, match="z of the result may not be up") as given:
        found = upright_turn(points, skeleton, RING.rotations, "anna")
    (warning,) = given
    return found, str(warning.message)


def test_nothing_that_tells_is_said():
    found, message = said(people(set(SKELETON.joints) - {"left_elbow", "right_wrist"}))
    assert found[2] @ UP > np.cos(np.radians(10))  # as the pictures, whose cameras hardly tilt
    assert message.startswith("rig 'anna': nothing tells which way is up")


def test_of_a_skeleton_without_such_joints_the_pictures_tell():
    markers = Skeleton("markers", tuple(f"m{j}" for j in range(len(SKELETON))), "m0")
    found, message = said(people(), markers)
    assert found[2] @ UP > np.cos(np.radians(10))
    assert "nothing tells" in message


def turned(degrees):
    """Someone who is turned over by so many degrees at each moment, or all along."""
    turns = turn("x", np.radians(np.broadcast_to(degrees, 60)))
    return np.einsum("fab,fjb->fja", turns, people())


def test_tumbling_is_said():
    assert "nothing tells" in said(turned(np.linspace(0, 720, 60)))[1]


def test_lying_for_a_part_is_said():
    found, message = said(turned(np.where(np.arange(60) < 30, 0, 90)))
    assert "lie, bend or turn over" in message
    assert found[2] @ UP > 0.5  # still the best guess


@pytest.mark.parametrize("degrees", [90, 180])
def test_lying_all_along_is_said(degrees):
    assert "degrees off what is up in the pictures" in said(turned(degrees))[1]


def test_a_rig_whose_people_show_no_face_is_turned_upright():
    shown = scene(frames=24)
    (take,) = shown.capture.takes
    hidden = SKELETON.indices(FACE)
    views = {}
    for camera, view in take.views.items():
        scores = view.scores.copy()
        scores[:, hidden] = 0
        views[camera] = replace(view, scores=scores)
    capture = replace(shown.capture, takes=(replace(take, views=views),))
    config = SolveConfig(projection="weak", body=False)
    footage = replace(shown, capture=capture).footage()
    rotations = solve_rig(footage, config, None, lambda sentence: None).rig.rotations
    ups = np.stack([rotations[camera][:, 2] for camera in views])
    assert np.degrees(np.arccos((ups * (RING.rotations @ UP)).sum(1))).max() < 12
