import os
from pathlib import Path

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.people.agreement import agreement, shape_residual, speed_correlation
from canonpose.readers import read_capture, read_keypoints
from synthetic_files import body, view, write_alphapose, write_npz, write_openpose

FRAMES = 100
SUBJECT, BYSTANDER = body(FRAMES, seed=0), body(FRAMES, seed=1)
YAWS = (0, 50, 110)


def clutter(*people):
    return [[person[frame] for person in people] for frame in range(len(people[0]))]


def nose_of(keypoints):
    return keypoints.positions[:, keypoints.skeleton.index("nose")]


def test_strangers_agree_less_than_two_views_of_one_person():
    for yaw in (30, 60, 90, 150):
        one = view(SUBJECT, 0), view(SUBJECT, yaw, scale=5)
        two = view(SUBJECT, 0), view(BYSTANDER, yaw, scale=5)
        assert shape_residual(*one) < 1e-6 < 0.05 < shape_residual(*two)
        assert speed_correlation(*one) > speed_correlation(*two)
        assert agreement(*one) > agreement(*two) + 0.5


def test_agreement_is_0_where_nothing_is_shared():
    first, second = view(SUBJECT, 0), view(SUBJECT, 60)
    first[:50], second[50:] = (np.nan, np.nan, 0), (np.nan, np.nan, 0)
    assert agreement(first, second) == 0


def test_the_one_who_tracks_best_in_a_single_view(tmp_path):
    subject, bystander = view(SUBJECT, 0, middle=500), view(BYSTANDER, 0, middle=1500, scale=1.5)
    folder = write_openpose(tmp_path / "cam", clutter(bystander, subject))
    keypoints = read_keypoints(folder)
    np.testing.assert_allclose(nose_of(keypoints), subject[:, 0, :2], rtol=1e-5)
    assert keypoints.person == "person 1 of 2: seen in 100 of 100 frames, tracks best over time"
    other = read_keypoints(folder, person=2)
    np.testing.assert_allclose(nose_of(other), bystander[:, 0, :2], rtol=1e-5)
    assert other.person == "person 2 of 2: seen in 100 of 100 frames, as asked for"


@pytest.mark.parametrize("person", [0, 3, -1])
def test_a_person_who_is_not_there(tmp_path, person):
    frames = clutter(view(SUBJECT, 0, middle=500), view(BYSTANDER, 0, middle=1500))
    folder = write_openpose(tmp_path / "cam", frames)
    said = rf"\(camera 'cam'\): person {person} is asked for, .* 1 to 2; choose"
    with pytest.raises(InputError, match=said):
        read_keypoints(folder, person=person)


@pytest.fixture
def take(tmp_path):
    """Three cameras; the bystander is larger and clearer in two of them, and absent in one."""
    for place, yaw in enumerate(YAWS):
        people = [view(SUBJECT, yaw, middle=500, score=0.5)]
        if place < 2:
            people.append(view(BYSTANDER, yaw + 20, middle=1500, scale=4, score=0.9))
        write_openpose(tmp_path / "take" / f"cam{place}_json", clutter(*people[::-1]))
    return tmp_path / "take"


def test_across_views_the_same_person_is_chosen_not_the_most_prominent(take):
    assert "person 2 of 2" in read_keypoints(take / "cam0_json").person  # alone, it is fooled
    capture = read_capture(take)
    for (camera, keypoints), yaw in zip(capture.takes[0].views.items(), YAWS, strict=True):
        expected = view(SUBJECT, yaw, middle=500)[:, 0, :2]
        np.testing.assert_allclose(nose_of(keypoints), expected, rtol=1e-5, err_msg=camera)
    words = [keypoints.person for keypoints in capture.takes[0].views.values()]
    seen = "seen in 100 of 100 frames"
    assert words[0] == words[1] == f"person 1 of 2: {seen}, moves with the other cameras"
    assert words[2] == f"the only person: {seen}"
    assert capture.notes == tuple(f"take 'take', camera 'cam{n}': {words[n]}" for n in (0, 1))


def test_persons_override_and_the_others_follow(take):
    views = read_capture(take, cameras=["cam0", "cam1"], persons={"cam0": 2}).takes[0].views
    assert "person 2 of 2" in views["cam0"].person
    assert "as asked for" in views["cam0"].person
    assert "person 2 of 2" in views["cam1"].person
    (take / "capture.toml").write_text("[persons]\ncam1 = 2\n[takes.take.persons]\ncam0 = 2\n")
    views = read_capture(take).takes[0].views
    assert "person 2 of 2" in views["cam0"].person
    assert "person 2 of 2" in views["cam1"].person
    with pytest.raises(InputError, match="camera 'cam7', which is not used; there are cam0, cam1"):
        read_capture(take, persons={"cam7": 1})
    with pytest.raises(InputError, match=r"cam2_json \(camera 'cam2'\): person 2 is asked for"):
        read_capture(take, persons={"cam2": 2})


def test_people_are_followed_through_offsets(tmp_path):
    late = 7
    for camera, yaw, before in (("c1", 0, 0), ("c2", 60, late)):
        subject = view(SUBJECT, yaw, middle=500)
        frames = clutter(subject, view(BYSTANDER, yaw, middle=1500, scale=1.5))
        frames[50:] = [people[::-1] for people in frames[50:]]
        write_openpose(tmp_path / "take" / camera, frames[:1] * before + frames)
    (tmp_path / "take" / "capture.toml").write_text(f"[offsets]\nc2 = {late}")
    views = read_capture(tmp_path / "take").takes[0].views
    for camera, yaw in (("c1", 0), ("c2", 60)):
        expected = view(SUBJECT, yaw, middle=500)[:, 0, :2]
        np.testing.assert_allclose(nose_of(views[camera]), expected, rtol=1e-5)


def test_two_views_where_both_people_are_in_both_choose_the_prominent_one(tmp_path):
    for place, yaw in enumerate((0, 60)):
        near = view(SUBJECT, yaw, middle=500, scale=4)
        far = view(BYSTANDER, yaw, middle=1500, scale=2, score=0.4)
        write_alphapose(tmp_path / "take" / f"c{place}.json", clutter(far, near))
    views = read_capture(tmp_path / "take").takes[0].views
    assert all("person 1 of 2" in view.person for view in views.values())


def test_no_frame_in_which_two_cameras_see_the_person(tmp_path):
    first, second = view(SUBJECT, 0), view(SUBJECT, 60)
    first[:50], second[50:] = (np.nan, np.nan, 0), (np.nan, np.nan, 0)
    write_npz(tmp_path / "take" / "c1.npz", first)
    write_npz(tmp_path / "take" / "c2.npz", second)
    with pytest.raises(InputError, match=r"take 'take': no common frames.*\[offsets\]"):
        read_capture(tmp_path / "take")


CACHE = Path(os.environ.get("CANONPOSE_CACHE", Path.home() / ".cache" / "canonpose"))
TRIAL = CACHE / "demo" / "keypoints"


@pytest.mark.skipif(
    not (TRIAL / "balancing" / "cam01").is_dir(),
    reason=f"the demo's trial is not in {CACHE}; `canonpose demo` fetches it",
)
def test_the_bystander_of_the_demo_is_never_chosen():
    take = read_capture(TRIAL / "balancing").takes[0]
    assert [take.views[camera].person[:15] for camera in ("cam01", "cam02")] == [
        "person 2 of 2: ",
        "person 1 of 2: ",
    ]
    for keypoints in take.views.values():
        assert keypoints.skeleton.name == "body25b"
        height = np.nanmax(keypoints.positions[..., 1], 1) - np.nanmin(
            keypoints.positions[..., 1], 1
        )
        assert np.median(height) > 600  # the bystander is far away, under 500 pixels
