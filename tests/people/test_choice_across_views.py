import os
from pathlib import Path

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_capture, read_keypoints
from people.scenes import BYSTANDER, SUBJECT, YAWS, clutter, nose_of
from synthetic_files import view, write_alphapose, write_openpose


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


def test_two_views_where_both_people_are_in_both_choose_the_prominent_one(tmp_path):
    for place, yaw in enumerate((0, 60)):
        near = view(SUBJECT, yaw, middle=500, scale=4)
        far = view(BYSTANDER, yaw, middle=1500, scale=2, score=0.4)
        write_alphapose(tmp_path / "take" / f"c{place}.json", clutter(far, near))
    views = read_capture(tmp_path / "take").takes[0].views
    assert all("person 1 of 2" in view.person for view in views.values())


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
