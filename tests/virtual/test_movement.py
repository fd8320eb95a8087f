from dataclasses import replace

import numpy as np
import pytest

from canonpose.virtual import Filming, Handheld, PanTiltZoom, RingRig, film
from canonpose.virtual.cameras import at_frame
from canonpose.virtual.movement import lagged
from virtual.movers import mover

MOTION = mover(150)
WALKING = replace(
    MOTION, positions=MOTION.positions + np.linspace(0, 6, 150)[:, None, None] * [1.0, 0, 0]
)


def filmed(movement, **more):
    return film([WALKING], Filming(RingRig(3), movement, **more))[0]


def test_ptz_keeps_the_subject_in_the_middle_and_at_one_size():
    take = filmed("ptz")
    for camera in take.cameras:
        exact = take.labelled.truth_2d[camera.name].positions
        middle = (exact.max(1) + exact.min(1)) / 2
        assert np.abs(middle - np.array(camera.size) / 2).max() < 0.15 * camera.size[0]
        height = np.ptp(exact[..., 1], axis=1) / camera.size[1]
        assert 0.35 < height.mean() < 0.7
        assert np.ptp(camera.focal) > 0.02 * camera.focal.mean()


def test_a_still_camera_does_not_follow():
    exact = filmed("static").labelled.truth_2d["cam1"].positions
    assert np.ptp(exact[:, :, 0].mean(1)) > 500


def test_ptz_cameras_stay_where_they_are():
    for camera in filmed("ptz").cameras:
        centres = np.stack([at_frame(camera, frame).centre for frame in range(150)])
        np.testing.assert_allclose(centres, centres[:1].repeat(150, 0), atol=1e-9)


def test_handheld_cameras_sway_as_much_as_told():
    long = mover(3000)
    for turn in (0.5, 2.0):
        filming = Filming(RingRig(2), "handheld", handheld=Handheld(turn=turn, shift=0.05))
        still = film([long], Filming(RingRig(2)))[0].cameras[0]
        camera = film([long], filming)[0].cameras[0]
        off = np.degrees(np.linalg.norm(np.cross(camera.rotation[:, 2], still.rotation[2]), axis=1))
        assert off.mean() == pytest.approx(turn * np.sqrt(np.pi / 2), rel=0.25)
        centres = np.stack([at_frame(camera, frame).centre for frame in range(0, 3000, 5)])
        assert centres.std(0) == pytest.approx(np.full(3, 0.05), rel=0.35)
        steps = np.linalg.norm(np.diff(camera.translation, axis=0), axis=-1)
        assert steps.max() < 0.1 * turn  # smooth: no frame jumps


@pytest.mark.parametrize("movement", ["ptz", "handheld"])
def test_rotations_are_rotations(movement):
    for camera in filmed(movement).cameras:
        product = camera.rotation @ camera.rotation.swapaxes(-1, -2)
        np.testing.assert_allclose(product, np.eye(3)[None].repeat(150, 0), atol=1e-9)
        assert (np.linalg.det(camera.rotation) > 0).all()


def test_lag():
    step = np.r_[np.zeros(5), np.ones(50)]
    followed = lagged(step, 10.0)
    assert followed[4] == 0
    assert followed[14] == pytest.approx(1 - np.exp(-1), abs=1e-9)
    np.testing.assert_allclose(lagged(step, 0.0), step)


def test_no_jitter_no_lag_is_exactly_centred():
    take = filmed("ptz", ptz=PanTiltZoom(lag=0.0, jitter=0.0))
    camera = take.cameras[0]
    middle = (WALKING.positions.max(1) + WALKING.positions.min(1)) / 2
    low, high = (bound(WALKING.positions.reshape(-1, 3), axis=0) for bound in (np.min, np.max))
    shift = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    aimed = camera.project((middle - shift)[:, None])[:, 0]
    np.testing.assert_allclose(aimed, np.broadcast_to(np.array(camera.size) / 2, aimed.shape))
