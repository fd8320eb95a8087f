"""The metrics against formulas written apart from them, and against one another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.transform import Rotation

from canonpose.metrics import (
    cps_curve,
    mirror_fits_better,
    n_mpjpe,
    p_mpjpe,
    pck_rigid,
    pck_scale_aligned,
    rigid_aligned_errors,
    scale_aligned_errors,
    score,
    w_mpjpe,
)

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)
MIRROR = np.array([1, 1, -1])
ROOT = 0


def pair(seed, poses=40, joints=9, noise=60):
    """References in mm, and guesses of them, turned by up to some 20 degrees, in another unit."""
    rng = np.random.default_rng(seed)
    reference = rng.normal(size=(poses, joints, 3)) * 300
    turn = Rotation.from_rotvec(rng.normal(size=(poses, 3)) * 0.15).as_matrix()
    predicted = (reference + rng.normal(size=reference.shape) * noise) @ turn.swapaxes(1, 2)
    return predicted / 1800, reference


def usual_n_mpjpe(predicted, reference):
    """The ratio of inner products as scale, for whole batches of root-centred poses."""
    predicted = predicted - predicted[:, ROOT : ROOT + 1]
    reference = reference - reference[:, ROOT : ROOT + 1]
    scale = np.einsum("pjs,pjs->p", predicted, reference) / np.einsum(
        "pjs,pjs->p", predicted, predicted
    )
    return np.sqrt((((scale * predicted.T).T - reference) ** 2).sum(2)).mean()


def usual_p_mpjpe(predicted, reference):
    """Both poses to unit size, the rotation from the SVD, the trace of singular values as scale."""
    middle = reference.mean(1, keepdims=True)
    x, y = predicted - predicted.mean(1, keepdims=True), reference - middle
    x_size, y_size = (np.sqrt((z**2).sum((1, 2), keepdims=True)) for z in (x, y))
    u, s, vt = np.linalg.svd(np.swapaxes(x / x_size, 1, 2) @ (y / y_size))
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, -1] *= sign[:, None]
    s[:, -1] *= sign
    aligned = s.sum(1)[:, None, None] * y_size * (x / x_size) @ (u @ vt) + middle
    return np.linalg.norm(aligned - reference, axis=2).mean()


@few
@given(seeds, st.floats(1, 120))
def test_mpjpes_are_the_usual_ones(seed, noise):
    x, y = pair(seed, noise=noise)
    assert n_mpjpe(x, y, root=ROOT) == pytest.approx(usual_n_mpjpe(x, y), rel=1e-9)
    assert p_mpjpe(x, y) == pytest.approx(usual_p_mpjpe(x, y), rel=1e-7)


def test_rigid_errors_are_those_of_scipys_rotations():
    x, y = pair(0)
    for guess, truth, errors in zip(x, y, rigid_aligned_errors(x, y), strict=True):
        a, b = guess - guess.mean(0), truth - truth.mean(0)
        turned = Rotation.align_vectors(b, a)[0].apply(a)
        scale = (turned * b).sum() / (a**2).sum()
        np.testing.assert_allclose(errors, np.linalg.norm(scale * turned - b, axis=1), rtol=1e-6)
        orthogonal, _ = orthogonal_procrustes(a, b)
        np.testing.assert_allclose(turned, a @ orthogonal, atol=1e-7)  # no reflections here


@few
@given(seeds, st.floats(1, 400))
def test_no_scale_alignment_leaves_less_in_squares_than_the_rigid_one(seed, noise):
    x, y = pair(seed, noise=noise)
    rigid = (rigid_aligned_errors(x, y) ** 2).sum(1)
    assert (rigid <= (scale_aligned_errors(x, y, root=ROOT) ** 2).sum(1) * (1 + 1e-9)).all()


@few
@given(seeds)
def test_pck_rises_with_the_threshold_to_100(seed):
    x, y = pair(seed, noise=100)
    thresholds = [0.0, 20.0, 50.0, 90.0, 150.0, 400.0, 1e5]
    for metric in (
        lambda mm: pck_rigid(x, y, threshold=mm),
        lambda mm: pck_scale_aligned(x, y, root=ROOT, threshold=mm),
    ):
        values = [metric(mm) for mm in thresholds]
        assert values == sorted(values) and values[-1] == 100
        assert values[1] < values[4]


@few
@given(seeds)
def test_cp180_is_a_point_of_the_curve_and_cps_its_area(seed):
    x, y = pair(seed, noise=80)
    thresholds, correct = cps_curve(x, y)
    scores = score(x, y, root=ROOT)
    assert scores.cp180 == pytest.approx(correct[thresholds == 180][0])
    # The curve rises somewhere within each mm: sums from the left and right enclose the area.
    assert correct[:-1].sum() / 100 - 1e-9 <= scores.cps <= correct[1:].sum() / 100 + 1e-9


@few
@given(seeds, st.permutations(range(9)))
def test_the_order_of_joints_does_not_matter(seed, order):
    x, y = pair(seed)
    assert_same(score(x, y, root=ROOT), score(x[:, order], y[:, order], root=order.index(ROOT)))


@few
@given(seeds, st.floats(0.01, 100))
def test_what_each_alignment_ignores_and_what_not(seed, scale):
    x, y = pair(seed)
    as_is = score(x, y, root=ROOT)
    assert_same(as_is, score(scale * x + 7, y, root=ROOT))
    turn = Rotation.random(rng=seed).as_matrix()
    turned = score(scale * x @ turn.T + 7, y, root=ROOT)
    assert turned.n_mpjpe > as_is.n_mpjpe + 1
    for name in ("p_mpjpe", "pck_rigid", "auc_rigid", "cp180", "cps", "mirrored_fraction"):
        assert getattr(turned, name) == pytest.approx(getattr(as_is, name), rel=1e-6)
    mirrored = score(x * MIRROR, y, root=ROOT)
    assert mirrored.p_mpjpe > as_is.p_mpjpe + 50 and mirrored.cps < as_is.cps
    # A pose is mirrored where its mirror image is not; and only a nearly flat one may be by noise.
    assert mirrored.mirrored_fraction == 1 - as_is.mirrored_fraction
    x, y = pair(seed, noise=5)
    as_is, mirrored = score(x, y, root=ROOT), score(x * MIRROR, y, root=ROOT)
    assert (as_is.mirrored_fraction, mirrored.mirrored_fraction) == (0, 1)


@few
@given(seeds)
def test_a_mirror_fits_better_where_its_alignment_leaves_less_in_squares(seed):
    x, y = pair(seed, poses=1000, noise=1500)
    mirrored, _ = mirror_fits_better(x, y)
    as_is, flipped = (rigid_aligned_errors(guess, y) for guess in (x, x * MIRROR))
    np.testing.assert_array_equal(mirrored, (flipped**2).sum(1) < (as_is**2).sum(1))
    # In mean distance the answer is another one for few poses, on the edge.
    by_distance = flipped.mean(1) < as_is.mean(1)
    other = mirrored != by_distance
    assert other.mean() < 0.2
    gap = np.abs(flipped.mean(1) / as_is.mean(1) - 1)
    assert gap[other].max(initial=0) < 0.3


def test_a_flat_pose_is_its_own_mirror_image():
    x, y = pair(0)
    flat = x * [1, 1, 0]
    assert not mirror_fits_better(flat, y)[0].any()
    assert not mirror_fits_better(flat.astype(np.float32), y.astype(np.float32))[0].any()
    np.testing.assert_allclose(
        rigid_aligned_errors(flat, y), rigid_aligned_errors(flat * [1, -1, 1], y), rtol=1e-6
    )


def assert_same(one, other):
    for name in vars(one):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-6, nan_ok=True)


@few
@given(seeds)
def test_w_mpjpe_is_p_mpjpe_of_all_frames_as_one_body(seed):
    predicted, reference = pair(seed)
    whole = p_mpjpe(predicted.reshape(1, -1, 3), reference.reshape(1, -1, 3))
    assert w_mpjpe(predicted, reference) == pytest.approx(whole)
    assert w_mpjpe(predicted, reference) > p_mpjpe(predicted, reference)
    # One similarity for all frames costs nothing; one for each does, and so does a reflection.
    turn = Rotation.random(random_state=seed % 2**31).as_matrix()
    assert w_mpjpe(0.3 * reference @ turn.T + 7, reference) == pytest.approx(0, abs=1e-6)
    assert w_mpjpe(reference * MIRROR, reference) > 50
    drift = reference + np.arange(len(reference))[:, None, None] * 10
    assert w_mpjpe(drift, reference) > 30 > p_mpjpe(drift, reference)
