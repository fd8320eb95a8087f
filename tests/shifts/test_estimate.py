from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from canonpose.shifts.confidence import SURE
from canonpose.shifts.estimate import estimate
from shifts.footage import RATE, film, world
from synthetic_people import Ring

MOTION = world(20)
NO_SHRINKING = (Phase.explicit, Phase.generate)  # a run takes a while
FRAME = 1 / RATE


def cut(view, first):
    """The view as if the camera had started so many frames later."""
    seen = view.people[0][first:]
    return replace(view, people=(seen,), times=view.times[: len(seen)])


def changed(view, matrix):
    """The image scaled, rotated or sheared, and moved."""
    seen = view.people[0].copy()
    seen[..., :2] = seen[..., :2] @ matrix.T + 100
    return replace(view, people=(seen,))


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(st.floats(0, 3), st.floats(0, 3))
def test_offsets_to_a_fraction_of_a_frame(second, third):
    found = estimate(film(MOTION, [1.5, second, third]))
    expected = np.array([0, 1.5 - second, 1.5 - third])
    np.testing.assert_allclose(found.offsets, expected, atol=0.5 * FRAME)
    assert (found.confidence > SURE).all()


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(st.integers(1, 40))
def test_a_camera_that_starts_later_has_a_smaller_offset(frames):
    views = film(MOTION, [1, 1, 1])
    before = estimate(views).offsets
    later = estimate([views[0], cut(views[1], frames), views[2]]).offsets
    np.testing.assert_allclose(later - before, [0, -frames * FRAME, 0], atol=0.2 * FRAME)


def test_swapping_two_cameras_negates_the_offset():
    views = film(MOTION, [1, 1.7])
    forth, back = estimate(views), estimate(views[::-1])
    assert forth.offsets[1] == pytest.approx(-back.offsets[1], abs=1e-3 * FRAME)
    assert forth.confidence[1] == pytest.approx(back.confidence[1])


def test_the_order_of_cameras_does_not_matter():
    views = film(MOTION, [1, 1.7, 0.4])
    order = [2, 0, 1]
    offsets = estimate(views).offsets
    permuted = estimate([views[i] for i in order]).offsets
    np.testing.assert_allclose(permuted, (offsets - offsets[2])[order], atol=1e-2 * FRAME)


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(st.floats(-np.pi, np.pi), st.floats(0.2, 5))
def test_scale_and_rotation_of_an_image_change_little(angle, scale):
    turned = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    views = film(MOTION, [1, 1.7])
    before = estimate(views).offsets
    after = estimate([views[0], changed(views[1], turned)]).offsets
    np.testing.assert_allclose(after, before, atol=0.02 * FRAME)


def test_frame_rates_may_differ():
    found = estimate(film(MOTION, [1, 1.33, 0.4], rates=[25, 60, 30]))
    np.testing.assert_allclose(found.offsets, [0, -0.33, 0.6], atol=0.3 * FRAME)


def test_perspective_cameras_and_missing_joints():
    views = film(MOTION, [1, 2.1, 0.5], ring=Ring((0.0, 70.0, 160.0), (5.0, -8.0, 15.0), 4.0))
    random = np.random.default_rng(0)
    for view in views:
        view.people[0][random.random(view.people[0].shape[:2]) < 0.2] = (np.nan, np.nan, 0)
    found = estimate(views)
    np.testing.assert_allclose(found.offsets, [0, -1.1, 0.5], atol=1.5 * FRAME)


def test_different_scenes_are_not_sure():
    for seed in range(4):
        other = film(world(20, seed=seed + 1), [0, 0, 0])
        found = estimate([film(MOTION, [0, 0, 0])[0], other[1]])
        assert found.confidence.max() < SURE


def test_one_camera_of_another_scene_is_told_from_the_rest():
    views = film(MOTION, [0, 0.4, 0.8])
    stranger = film(world(20, seed=5), [0, 0, 0])[1]
    found = estimate([*views, replace(stranger, camera="x")])
    assert (found.confidence[:3] > SURE).all()
    assert found.confidence[3] < SURE
    np.testing.assert_allclose(found.offsets[:3], [0, -0.4, -0.8], atol=0.3 * FRAME)


def test_nobody_moves():
    views = film(MOTION, [0, 0.4, 0.8])
    random = np.random.default_rng(0)
    for view in views:
        view.people[0][:, :, :2] = view.people[0][:1, :, :2]
        view.people[0][..., :2] += 0.5 * random.standard_normal(view.people[0][..., :2].shape)
    assert (estimate(views).confidence < SURE).all()


def test_the_people_who_fit_are_compared():
    views = film(MOTION, [1, 1.7])
    strangers = [film(world(20, seed=9), [0, 0])[0], film(world(20, seed=10), [0, 0])[1]]
    crowded = [
        replace(view, people=(stranger.people[0], *view.people))
        for view, stranger in zip(views, strangers, strict=True)
    ]
    np.testing.assert_allclose(estimate(crowded).offsets, [0, -0.7], atol=0.3 * FRAME)
