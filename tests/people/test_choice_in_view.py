import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_keypoints
from people.scenes import BYSTANDER, SUBJECT, clutter, nose_of
from synthetic_files import view, write_openpose


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
