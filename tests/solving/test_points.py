import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, least_squares
from scipy.spatial.transform import Rotation

from canonpose.solving.bundle import _Problem
from canonpose.solving.camera_unknowns import CameraUnknowns, Lens
from canonpose.solving.observations import Observations
from canonpose.solving.pinholes import WIDEST, Pinholes, by_world, see
from canonpose.solving.points import misfit, solve_points

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=5, deadline=None)


def rig(seed, views=3):
    """Cameras around the origin, of one unit's distance or so, with lenses that bend."""
    random = np.random.default_rng(seed)
    turns = Rotation.from_euler("Y", np.linspace(0, 140, views)[:, None], degrees=True)
    shake = Rotation.from_rotvec(0.1 * random.standard_normal((views, 3)))
    return Pinholes(
        (shake * turns).as_matrix(),
        np.array([0, 0, 3.0]) + 0.2 * random.standard_normal((views, 3)),
        random.uniform(800, 1500, views),
        random.uniform(400, 600, (views, 2)),
        random.uniform(-0.2, 0.1, views),
    )


def world(seed, points=12):
    return 0.5 * np.random.default_rng([seed, 1]).standard_normal((points, 3))


def seen_by(cameras, points, noise=0.0, seed=0):
    random = np.random.default_rng([seed, 2])
    pixels = see(cameras, points).pixels
    weights = random.uniform(0.1, 0.4, pixels.shape[:2])
    return Observations(pixels + noise * random.standard_normal(pixels.shape), weights)


@few
@example(104)
@given(seeds)
def test_projection_is_that_of_the_one_camera_class_but_where_lenses_bend_no_more(seed):
    cameras, points = rig(seed), world(seed)
    named = cameras.named(["a", "b", "c"], [(1000, 800)] * 3)
    expected = np.stack([camera.project(points) for camera in named.values()])
    seen = see(cameras, points)
    wide = (seen.rays**2).sum(-1) > WIDEST
    assert wide.mean() < 0.2
    np.testing.assert_allclose(seen.pixels[~wide], expected[~wide], rtol=1e-9)
    most = cameras.focals[:, None] * (1 + WIDEST * cameras.bends[:, None])
    there = most[..., None] * seen.rays + cameras.middles[:, None]
    np.testing.assert_allclose(seen.pixels[wide], there[wide], rtol=1e-9)


@few
@given(seeds)
def test_points_move_what_is_seen_as_the_derivatives_say(seed):
    cameras, points = rig(seed), world(seed, 1)
    detections = seen_by(cameras, points, noise=8, seed=seed)

    def residuals(point):
        return misfit(see(cameras, point[None]), detections).values.ravel()

    seen = see(cameras, points)
    slopes = misfit(seen, detections).along(by_world(cameras, seen)).reshape(-1, 3)
    numeric = approx_fprime(points[0], residuals, 1e-7)
    np.testing.assert_allclose(slopes, numeric, rtol=1e-3, atol=1e-3 * np.abs(numeric).max())


@few
@given(seeds, st.booleans(), st.booleans())
def test_cameras_move_what_is_seen_as_the_derivatives_say(seed, own, radial):
    cameras, points = rig(seed), world(seed, 3)
    unknowns = CameraUnknowns(cameras, np.full(3, 1000.0), Lens("own" if own else "one", radial))
    random = np.random.default_rng(seed)
    values = unknowns.start + 0.1 * random.standard_normal(len(unknowns.start))

    def pixels(some):
        return see(unknowns.cameras(some), points).pixels.ravel()

    slopes = unknowns.slopes(values, see(unknowns.cameras(values), points))
    numeric = approx_fprime(values, pixels, 1e-7).reshape(slopes.shape)
    np.testing.assert_allclose(slopes, numeric, atol=1e-4 * np.abs(numeric).max())


def test_the_gradient_without_the_points_is_that_of_the_whole_problem():
    cameras, points = rig(5), world(5)
    detections = seen_by(cameras, points, noise=5)
    problem = _Problem(CameraUnknowns(cameras, np.full(3, 1000.0), Lens("own")), detections, points)
    values = problem.unknowns.start + 0.02

    def cost(some):
        solved = solve_points(problem.unknowns.cameras(some), detections, points, steps=200)
        return solved.cost.sum() / 2

    problem.points = solve_points(problem.unknowns.cameras(values), detections, points).positions
    gradient = problem.jacobian(values).T @ problem.residuals(values)
    numeric = approx_fprime(values, cost, 1e-6)
    np.testing.assert_allclose(gradient, numeric, atol=2e-3 * np.abs(numeric).max())


@few
@given(seeds)
def test_points_are_those_that_a_library_finds_by_itself(seed):
    cameras, points = rig(seed), world(seed, 4)
    detections = seen_by(cameras, points, noise=3, seed=seed)
    solved = solve_points(cameras, detections, points + 0.1)
    for place in range(4):
        here = detections.at(np.array([place]))

        def residuals(point, here=here):
            return misfit(see(cameras, point[None]), here).values.ravel()

        expected = least_squares(residuals, points[place], method="lm").x
        np.testing.assert_allclose(solved.positions[place], expected, atol=1e-4)


def test_uncertainty_grows_with_what_is_left_out():
    cameras, points = rig(1), world(1)
    detections = seen_by(cameras, points)
    detections.weights[:] = 0.3
    three = solve_points(cameras, detections, points).information
    detections.weights[2] = 0
    two = solve_points(cameras, detections, points).information
    assert (np.linalg.det(three) > np.linalg.det(two)).all()


def test_a_robust_residual_is_linear_far_away():
    cameras, points = rig(2), world(2, 1)
    near, far = (
        Observations(see(cameras, points).pixels + off, np.full((3, 1), 0.5)) for off in (1e-3, 1e4)
    )
    plain = 0.5 * np.sqrt(2)
    near_cost = (misfit(see(cameras, points), near).values ** 2).sum() / 3
    far_cost = (misfit(see(cameras, points), far).values ** 2).sum() / 3
    assert near_cost == pytest.approx((plain * 1e-3) ** 2, rel=1e-3)
    assert far_cost == pytest.approx(2 * plain * 1e4, rel=1e-3)
