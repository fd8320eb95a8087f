import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.skeleton import layout
from canonpose.virtual.noise import NoiseConfig, detect
from canonpose.virtual.processes import along_bones, correlated_process, smooth_process

COCO = layout("coco17")
JOINTS = len(COCO.detected)
SIZE = 400.0


def detections(frames=3000, views=4, fps=30.0, seed=0, cover=0.0, skeleton=COCO, **noise):
    """Errors in pixels and scores of a person of 400 px who does not move."""
    shape = (views, frames, len(skeleton.detected))
    places = np.broadcast_to(1000.0 + 50 * np.arange(shape[2])[:, None], (*shape, 2))
    positions, scores = detect(
        places,
        np.full(shape[:2], SIZE),
        np.full(shape, cover),
        skeleton,
        fps,
        NoiseConfig(**noise),
        np.random.default_rng(seed),
    )
    return positions - places, scores


def lengths(errors):
    return np.linalg.norm(errors, axis=-1)


def lag_correlation(values, frames):
    return np.corrcoef(values[:, :-frames].ravel(), values[:, frames:].ravel())[0, 1]


class TestAsMeasured:
    # The measured figures are those of real detections: median 0.83, 90th percentile 3.1 % of the
    # person's height, confidence below 0.3 on 15 to 17 % of the joints.

    def test_sizes(self):
        size = lengths(detections(swaps=0.0)[0]) / SIZE
        assert np.median(size) == pytest.approx(0.0083, rel=0.15)
        assert np.percentile(size, 90) == pytest.approx(0.031, rel=0.25)
        assert np.percentile(size, 99) > 2.5 * np.percentile(size, 90)  # heavy tails

    def test_confidences(self):
        scores = detections(cover=0.1)[1]
        assert 0.10 < (scores < 0.3).mean() < 0.20
        assert np.median(scores) == pytest.approx(0.73, abs=0.05)
        assert scores.min() > 0 and scores.max() <= 1

    def test_errors_fall_with_the_confidence(self):
        errors, scores = detections(swaps=0.0)
        size = lengths(errors)
        bins = [(0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)]
        medians = [np.median(size[(scores >= low) & (scores < high)]) for low, high in bins]
        assert medians == sorted(medians, reverse=True)
        assert medians[0] > 4 * medians[-1]

    def test_errors_hang_together_over_time(self):
        errors, scores = detections(swaps=0.0)
        assert lag_correlation(np.sign(errors[..., 0]), 1) > 0.5
        assert 0.05 < lag_correlation(np.sign(errors[..., 0]), 15) < 0.3
        assert lag_correlation(scores, 15) > 0.3

    def test_errors_do_not_depend_on_the_frame_rate(self):
        slow = np.sign(detections(fps=30.0, swaps=0.0)[0][..., 0])
        fast = np.sign(detections(fps=90.0, swaps=0.0, frames=6000)[0][..., 0])
        assert lag_correlation(slow, 2) == pytest.approx(lag_correlation(fast, 6), abs=0.05)

    def test_neighbours_err_alike(self):
        errors = np.sign(detections(swaps=0.0)[0][..., 0])

        def between(first, second):
            pair = (errors[..., COCO.index(joint)].ravel() for joint in (first, second))
            return np.corrcoef(*pair)[0, 1]

        assert between("left_elbow", "left_wrist") > 0.2
        assert abs(between("left_wrist", "right_ankle")) < 0.1

    def test_wrists_are_harder_than_knees(self):
        errors, scores = detections()
        wrist, knee = COCO.index("left_wrist"), COCO.index("left_knee")
        assert scores[..., wrist].mean() < scores[..., knee].mean()
        size = lengths(errors)
        assert np.percentile(size[..., wrist], 90) > np.percentile(size[..., knee], 90)


class TestSettings:
    def test_no_strength_is_exact(self):
        errors, _ = detections(200, strength=0.0, swaps=0.0)
        assert np.abs(errors).max() == 0

    def test_strength_scales(self):
        one, two = (detections(200, strength=s, swaps=0.0)[0] for s in (1.0, 2.0))
        np.testing.assert_allclose(two, 2 * one, atol=1e-9)

    def test_confidence_shifts(self):
        low, high = (detections(500, confidence=c)[1].mean() for c in (-1.0, 1.0))
        assert low < detections(500)[1].mean() < high

    def test_what_is_covered_is_less_sure_and_less_exact(self):
        (seen, seen_scores), (hidden, hidden_scores) = (detections(cover=c) for c in (0.0, 1.0))
        assert hidden_scores.mean() < seen_scores.mean() - 0.1
        assert np.median(lengths(hidden)) > 1.5 * np.median(lengths(seen))

    def test_unsure_joints_go_missing(self):
        errors, scores = detections(500, missing_below=0.3)
        missing = np.isnan(errors).any(-1)
        assert missing.any()
        np.testing.assert_array_equal(missing, scores == 0)
        assert scores[~missing].min() >= 0.3

    def test_what_cannot_be_seen_is_missing(self):
        places = np.full((1, 5, JOINTS, 2), np.nan)
        positions, scores = detect(
            places,
            np.full((1, 5), SIZE),
            np.zeros((1, 5, JOINTS)),
            COCO,
            30.0,
            NoiseConfig(),
            np.random.default_rng(0),
        )
        assert np.isnan(positions).all() and not scores.any()

    @pytest.mark.parametrize(
        "wrong", [{"strength": -1.0}, {"bones": 1.5}, {"swaps": 2.0}, {"tail": np.nan}]
    )
    def test_impossible_settings_are_refused(self, wrong):
        with pytest.raises(InputError, match=f"noise: {next(iter(wrong))}"):
            NoiseConfig(**wrong)


class TestSwaps:
    def test_share_length_and_confidence(self):
        errors, scores = detections(6000, strength=0.0, swaps=0.1, swap_seconds=0.5)
        left, right = COCO.index("left_knee"), COCO.index("right_knee")
        swapped = errors[..., left, 0] == 50 * (right - left)
        np.testing.assert_array_equal(swapped, errors[..., left, 0] != 0)
        np.testing.assert_array_equal(swapped, errors[..., right, 0] == -50 * (right - left))
        assert swapped.mean() == pytest.approx(0.1, abs=0.03)
        begun = (swapped[:, 1:] & ~swapped[:, :-1]).sum()
        assert swapped.sum() / begun == pytest.approx(15, rel=0.25)  # frames
        assert scores[..., left][swapped].mean() > 0.6

    def test_whole_limbs_are_swapped(self):
        errors, _ = detections(3000, strength=0.0, swaps=0.2)

        def swapped(*joints):
            states = [errors[..., COCO.index(joint), 0] != 0 for joint in joints]
            assert all((state == states[0]).all() for state in states)
            return states[0]

        legs = swapped("left_hip", "right_hip", "left_knee", "right_ankle")
        arms = swapped("left_shoulder", "right_elbow", "left_wrist")
        assert (legs != arms).any()

    def test_none_where_none_are_wanted(self):
        assert not detections(2000, strength=0.0, swaps=0.0)[0].any()


class TestProcesses:
    def test_correlation_over_time(self):
        numbers = correlated_process(np.random.default_rng(0), (4000, 30), 10.0)
        assert numbers.std() == pytest.approx(1, abs=0.05)
        wanted = np.exp(-0.5)
        assert lag_correlation(numbers.T, 5) == pytest.approx(wanted, abs=0.04)

    def test_no_decay_is_white(self):
        numbers = correlated_process(np.random.default_rng(0), (2000, 10), 0.0)
        assert abs(lag_correlation(numbers.T, 1)) < 0.03

    def test_smooth_numbers_are_smooth_and_standard(self):
        numbers = smooth_process(np.random.default_rng(0), (20000, 4), 10.0)
        assert numbers.shape == (20000, 4)
        assert numbers.std() == pytest.approx(1, abs=0.1)
        assert np.abs(np.diff(numbers, axis=0)).max() < 0.6

    def test_correlation_along_bones(self):
        matrix = along_bones(COCO, COCO.joints, 0.5)
        covariance = matrix @ matrix.T
        np.testing.assert_allclose(np.diag(covariance), 1)
        shoulder, elbow, wrist, knee = COCO.indices(
            ("left_shoulder", "left_elbow", "left_wrist", "left_knee")
        )
        assert covariance[elbow, wrist] == pytest.approx(0.5)
        assert covariance[shoulder, wrist] == pytest.approx(0.25)
        assert 0 < covariance[wrist, knee] < 0.05
