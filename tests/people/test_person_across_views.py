import numpy as np

from canonpose.readers import read_capture
from people.scenes import BYSTANDER, SUBJECT, YAWS, clutter, nose_of
from synthetic_files import body, view, write_openpose


def test_a_capture_says_whom_it_follows(tmp_path):
    frames = 360
    first, second = body(frames, seed=0), body(frames, seed=1)
    for place, yaw in enumerate(YAWS):
        subject, bystander = view(first, yaw, middle=500), view(second, yaw, middle=1500)
        listed = [
            [subject[t]] * (place != 1 or not 180 <= t < 260) + [bystander[t]] * (place < 2)
            for t in range(frames)
        ]
        write_openpose(tmp_path / "take" / f"cam{place}", listed)
    capture = read_capture(tmp_path / "take")
    words = capture.takes[0].views["cam1"].person
    assert words.startswith("person 1 of 3")
    assert "; but person 3 in frames" in words
    assert capture.takes[0].views["cam1"].seen.any(1).sum() > 250
    asked = read_capture(tmp_path / "take", persons={"cam1": 1}).takes[0].views["cam1"]
    assert asked.seen.any(1).sum() == 180


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
