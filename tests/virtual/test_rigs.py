import itertools

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.virtual import Optics, RandomRig, RingRig
from virtual.movers import mover

PATH = mover(100).positions


def lines_of_sight(cameras):
    return np.stack([camera.rotation[2] for camera in cameras])


def angles_between(cameras):
    """Degrees between lines of sight, opposite ones counting as 0."""
    axes = lines_of_sight(cameras)
    cosines = [abs(a @ b) for a, b in itertools.combinations(axes, 2)]
    return np.degrees(np.arccos(np.clip(cosines, 0, 1)))


@pytest.mark.parametrize(
    "rig", [RingRig(5), RingRig(4, radius=0.5), RandomRig(5), RingRig(3, optics=Optics(400, 900))]
)
def test_the_whole_path_is_in_every_picture(rig):
    for camera in rig.place(PATH, np.random.default_rng(0)):
        pixels = camera.project(PATH)
        assert (pixels >= 0).all() and (pixels <= np.array(camera.size)).all()


@pytest.mark.parametrize("rig", [RingRig(4), RandomRig(4)])
def test_cameras_are_level_and_upright(rig):
    for camera in rig.place(PATH, np.random.default_rng(0)):
        assert np.linalg.det(camera.rotation) == pytest.approx(1)
        assert camera.rotation[0, 1] == pytest.approx(0, abs=1e-12)  # x is level
        assert camera.rotation[1, 1] < 0  # y points down


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_no_two_ring_cameras_are_opposite(count):
    cameras = RingRig(count, elevation=0.9).place(PATH, np.random.default_rng(0))
    assert angles_between(cameras).min() > 20


def test_ring_angles_are_obeyed():
    cameras = RingRig(3, angles=(0.0, 90.0, 180.0), start=10.0, elevation=1.0).place(
        PATH, np.random.default_rng(0)
    )
    places = np.array([camera.centre for camera in cameras])
    middle = (PATH.reshape(-1, 3).max(0) + PATH.reshape(-1, 3).min(0)) / 2
    around = np.degrees(np.arctan2(*(places - middle)[:, [0, 2]].T))
    np.testing.assert_allclose(around % 360, (10, 100, 190), atol=1e-6)
    assert np.ptp(places[:, 1]) == pytest.approx(0)


def test_random_cameras_keep_apart_and_follow_the_seed():
    rig = RandomRig(6, least_angle=20.0)
    one, same, other = (rig.place(PATH, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert angles_between(one).min() > 20
    np.testing.assert_array_equal(lines_of_sight(one), lines_of_sight(same))
    assert not np.allclose(lines_of_sight(one), lines_of_sight(other))


def test_impossible_rigs_are_refused():
    with pytest.raises(InputError, match="no room"):
        RandomRig(12, least_angle=60.0).place(PATH, np.random.default_rng(0))
    with pytest.raises(InputError, match="one angle for each"):
        RingRig(3, angles=(0.0, 90.0))
    with pytest.raises(InputError, match="radius"):
        RingRig(3, radius=-1.0)
