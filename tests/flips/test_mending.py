import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.flips.mending import FlipConfig, find_flips, mend_flips
from canonpose.readers import read_capture
from canonpose.readers.arrays import from_arrays
from canonpose.skeleton.limbs import paired_limbs
from synthetic_files import COCO, body, view, write_npz

FRAMES = 160
BODY = body(FRAMES, seed=3)
YAWS = {"c1": 0, "c2": 50, "c3": 110, "c4": 200}
ALL = np.concatenate(paired_limbs(COCO, COCO.detected))


def filmed(noise=1.0, seed=0):
    random = np.random.default_rng(seed)
    seen = {}
    for camera, yaw in YAWS.items():
        tilted = BODY + 0.2 * BODY[..., [2, 2, 0]] * [0, 1, 0]  # so that heights differ by view
        seen[camera] = view(tilted, yaw)
        seen[camera][..., :2] += random.normal(0, noise, (FRAMES, len(COCO.detected), 2))
    return seen


def flip(seen, frames, pairs=ALL):
    seen = seen.copy()
    for left, right in pairs:
        seen[frames, left], seen[frames, right] = seen[frames, right], seen[frames, left].copy()
    return seen


def keypoints(seen):
    return {
        camera: from_arrays(s[..., :2], s[..., 2], layout="coco17") for camera, s in seen.items()
    }


def test_without_flips_nothing_is_touched():
    views = keypoints(filmed())
    mended, notes = mend_flips(views)
    assert notes == []
    assert all(mended[camera] is views[camera] for camera in views)


@settings(deadline=None, max_examples=10)
@given(
    camera=st.sampled_from(list(YAWS)),
    start=st.integers(5, 100),
    length=st.integers(1, 40),
    limb=st.sampled_from(["all", "arms", "legs"]),
)
def test_a_flip_is_swapped_back_or_weighted_out_and_nothing_else_changes(
    camera, start, length, limb
):
    views = keypoints(filmed())
    limbs = paired_limbs(COCO)
    pairs = {"all": ALL, "arms": limbs[-2], "legs": limbs[-1]}[limb]
    frames = slice(start, start + length)
    flipped = {**filmed(), camera: flip(filmed()[camera], frames, pairs)}
    mended, notes = mend_flips(keypoints(flipped))
    assert len(notes) == 1
    assert f"camera {camera!r}" in notes[0]
    for name, expected in views.items():
        seen = mended[name].seen
        np.testing.assert_array_equal(
            mended[name].positions[seen], expected.positions[seen], err_msg=name
        )
        assert seen.mean() > 0.95
    again, notes = mend_flips(mended)
    assert notes == []
    assert again == mended


def test_views_may_come_in_any_order():
    seen = filmed()
    seen["c2"] = flip(seen["c2"], slice(40, 70))
    views = keypoints(seen)
    straight, _ = mend_flips(views)
    backwards, _ = mend_flips({camera: views[camera] for camera in reversed(views)})
    for camera in views:
        np.testing.assert_array_equal(straight[camera].positions, backwards[camera].positions)


def test_all_views_flipped_throughout_are_one_body_as_well():
    flipped = {camera: flip(s, slice(None)) for camera, s in filmed().items()}
    assert mend_flips(keypoints(flipped))[1] == []


def test_one_view_flipped_throughout_is_seen_by_the_others():
    seen = filmed()
    seen["c3"] = flip(seen["c3"], slice(None))
    mended, notes = mend_flips(keypoints(seen))
    assert "swapped back in 160 frames" in notes[0]
    expected = keypoints(filmed())["c3"].positions
    np.testing.assert_array_equal(mended["c3"].positions, expected)


@pytest.mark.parametrize(("frames", "doubted"), [(160, True), (140, True), (100, False)])
def test_what_a_detector_hardly_does_is_told_with_what_it_may_be(frames, doubted):
    seen = filmed()
    seen["c3"] = flip(seen["c3"], slice(frames))
    _, (note,) = mend_flips(keypoints(seen))
    words = ("mirrored", "canonpose sync", "same person", "mend_flips = false")
    assert [word in note for word in words] == [doubted] * 4


@pytest.mark.parametrize("cameras", [["c1"], []])
def test_nothing_is_said_without_two_views_that_share_enough(cameras):
    seen = filmed()
    views = np.stack([seen[camera] for camera in cameras or ["c1", "c2"]])
    if not cameras:
        views[0, ::2, :, 2] = views[1, 1::2, :, 2] = 0
    joints = COCO.without([])
    positions = np.concatenate([views[..., :2], np.zeros((*views.shape[:2], 2, 2))], -2)
    mask = np.concatenate([views[..., 2] > 0, np.zeros((*views.shape[:2], 2), bool)], -1)
    assert np.isneginf(find_flips(positions, mask, joints, FlipConfig(fewest_views=2))).all()


def test_two_views_are_left_alone_unless_asked_for():
    seen = {camera: points for camera, points in filmed().items() if camera in ("c1", "c3")}
    seen["c3"] = flip(seen["c3"], slice(60, 80))
    assert mend_flips(keypoints(seen))[1] == []
    _, notes = mend_flips(keypoints(seen), FlipConfig(fewest_views=2))
    assert "camera 'c3'" in notes[0]


def test_captures_are_mended_and_say_so_unless_told_not_to(tmp_path):
    seen = filmed()
    for camera, points in seen.items():
        flipped = flip(points, slice(60, 80)) if camera == "c2" else points
        write_npz(tmp_path / "take" / f"{camera}.npz", flipped)
    capture = read_capture(tmp_path)
    assert [n for n in capture.notes if "swapped back" in n] == [
        "take 'take', camera 'c2': left and right limbs swapped back in 20 frames, "
        "weighted out as doubtful in 0, of 160"
    ]
    wrist = COCO.index("left_wrist")
    found = capture.takes[0].views["c2"].positions[:, wrist]
    np.testing.assert_allclose(found, seen["c2"][:, wrist, :2], rtol=1e-5)
    (tmp_path / "capture.toml").write_text("mend_flips = false")
    kept = read_capture(tmp_path)
    assert not any("swapped" in note for note in kept.notes)
