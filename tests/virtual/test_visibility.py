import numpy as np

from canonpose.skeleton import Skeleton, layout
from canonpose.virtual.visibility import behind_torso, cover, face_away, outside

COCO = layout("coco17")


def standing(**depths):
    """A body that faces the camera, 4 m away, both wrists in front of the torso's image."""
    pixels = np.zeros((len(COCO), 2))
    for joint, place in {
        "left_shoulder": (60, 100),
        "right_shoulder": (-60, 100),
        "left_hip": (40, 300),
        "right_hip": (-40, 300),
        "left_wrist": (0, 200),
        "right_wrist": (-200, 200),
    }.items():
        pixels[COCO.index(joint)] = place
    depth = np.full(len(COCO), 4.0)
    for joint, metres in depths.items():
        depth[COCO.index(joint)] = metres
    return pixels, depth


def hidden(**depths):
    mask = behind_torso(*standing(**depths), COCO)
    return {joint for joint, covered in zip(COCO.joints, mask, strict=True) if covered}


def test_only_what_is_behind_the_torso_is_hidden():
    assert hidden(left_wrist=4.3) == {"left_wrist"}
    assert hidden(left_wrist=3.7) == set()
    assert hidden(right_wrist=4.3) == set()  # beside it


def test_the_back_of_the_body_hides_as_well():
    pixels, depth = standing(left_wrist=4.3)
    assert behind_torso(pixels * [-1, 1], depth, COCO)[COCO.index("left_wrist")]


def test_faces_that_look_away():
    _, depth = standing(nose=4.1, left_eye=4.1)
    away = face_away(depth, COCO)
    assert away[COCO.index("nose")] and away[COCO.index("left_eye")]
    assert away.sum() == 2
    assert not face_away(standing(nose=3.9)[1], COCO).any()


def test_cover_is_more_for_faces_than_for_wrists():
    amount = cover(*standing(left_wrist=4.3, nose=4.2), COCO)
    assert 0 < amount[COCO.index("left_wrist")] < amount[COCO.index("nose")]
    assert np.count_nonzero(amount) == 2


def test_nothing_is_hidden_without_a_torso():
    few = Skeleton("few", ("pelvis", "left_wrist"), "pelvis")
    assert not cover(np.zeros((7, 2, 2)), np.ones((7, 2)), few).any()


def test_outside_the_picture():
    pixels = np.array([[0, 0], [99, 49], [100, 10], [-1, 10], [10, 50], [np.nan, 3]], dtype=float)
    assert outside(pixels, (100, 50)).tolist() == [False, False, True, True, True, True]
