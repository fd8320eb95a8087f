from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.refining.settling import settled
from refining.scenes import solution_of
from solving.rigs import scene


@pytest.fixture(scope="module")
def shown():
    return scene(frames=20, people=2)


def moved(solved, change):
    """The same with another second take."""
    first, second = solved.takes
    return replace(solved, takes=(first, replace(second, positions=change(second.positions))))


def turned(solved, turn, scale):
    """The same in another frame and unit."""
    (rig,) = solved.rigs
    rotations = {name: old @ turn.T for name, old in rig.rotations.items()}
    takes = [replace(take, positions=scale * take.positions @ turn.T) for take in solved.takes]
    return replace(solved, takes=tuple(takes), rigs=(replace(rig, rotations=rotations),))


def test_the_same_is_settled_in_whatever_frame(shown):
    solved = solution_of(shown, perspective=False)
    turn = Rotation.from_euler("xyz", [30, 50, -70], degrees=True).as_matrix()
    assert settled(solved, solved, shown.capture)
    assert settled(solved, turned(solved, turn, 1.0), shown.capture)


def test_trembling_is_settled_and_one_take_elsewhere_is_not(shown):
    solved = solution_of(shown)
    random = np.random.default_rng(0)
    trembled = moved(solved, lambda poses: poses + 0.005 * random.standard_normal(poses.shape))
    assert settled(solved, trembled, shown.capture)
    mirrored = moved(solved, lambda poses: poses * [1, -1, 1])
    assert not settled(solved, mirrored, shown.capture)


def test_little_that_is_elsewhere_is_passed_over(shown):
    """Half of a take's joints decide, not the worst."""

    def some(poses):
        poses = poses.copy()
        poses[:4] *= [1, -1, 1]
        return poses

    solved = solution_of(shown)
    assert settled(solved, moved(solved, some), shown.capture)
