"""The region follows its two points under every similarity of the image."""

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from canonpose.detection.blazepose.regions import region_of, transform

coordinates = st.floats(-1000, 1000)
points = st.tuples(coordinates, coordinates).map(np.array)
angles = st.floats(-math.pi, math.pi)


def same_angle(one, other):
    return math.isclose(math.cos(one - other), 1, abs_tol=1e-6)


@given(points, points, angles, st.floats(0.1, 10), points)
def test_it_turns_grows_and_moves_with_the_points(middle, rim, angle, scale, shift):
    assume(np.linalg.norm(rim - middle) > 1)
    turn = scale * np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    before = region_of(middle, rim)
    after = region_of(turn @ middle + shift, turn @ rim + shift)
    assert np.allclose(after.centre, turn @ before.centre + shift, atol=1e-6)
    assert math.isclose(after.side, scale * before.side, rel_tol=1e-6)
    assert same_angle(after.angle, before.angle + angle)


@given(points, points, st.integers(16, 512))
def test_in_the_crop_the_person_stands_upright_in_the_middle(middle, rim, side):
    assume(np.linalg.norm(rim - middle) > 1)
    region = region_of(middle, rim)
    affine = region.from_crop(side)
    centre = np.full(2, (side - 1) / 2)
    assert np.allclose(transform(affine, centre), middle)
    # The rim lies straight above, at 1 / 1.25 of the way to the crop's edge.
    assert np.allclose(transform(affine, centre - [0, side / 2 / 1.25]), rim, atol=1e-6)


def test_upright_is_angle_0_and_a_head_on_the_right_a_quarter_turn():
    middle = np.array([50.0, 80.0])
    assert region_of(middle, np.array([50.0, 70.0])).angle == 0
    assert math.isclose(region_of(middle, np.array([60.0, 80.0])).angle, math.pi / 2)


@given(points, points, st.integers(2, 512))
def test_the_crop_covers_the_region_to_its_edges(middle, rim, side):
    assume(np.linalg.norm(rim - middle) > 1)
    region = region_of(middle, rim)
    affine = region.from_crop(side)
    corner, along = transform(affine, np.array([[-0.5, -0.5], [side - 0.5, -0.5]]))
    assert math.isclose(np.linalg.norm(along - corner), region.side, rel_tol=1e-6)
