import json

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_keypoints
from synthetic_files import COCO, body, view, write_alphapose

SEEN = view(body(12, seed=0), 30)


def write(tmp_path, held, name="c01.json"):
    path = tmp_path / name
    path.write_text(json.dumps(held))
    return path


def coco(people=SEEN, **changes):
    table = {
        "images": [
            {"id": 100 + n, "file_name": f"f_{n:04d}.jpg", "width": 640, "height": 480}
            for n in reversed(range(len(people)))
        ],
        "annotations": [
            {"id": n, "image_id": 100 + n, "keypoints": person.ravel().tolist()}
            for n, person in enumerate(people)
        ],
        "categories": [{"id": 1, "name": "person", "keypoints": list(COCO.detected)}],
    }
    return table | changes


def test_alphapose_counts_frames_from_0_so_that_cameras_stay_synchronised(tmp_path):
    frames = [[], [], *([person] for person in SEEN)]
    frames[5] = []
    keypoints = read_keypoints(write_alphapose(tmp_path / "c01.json", frames))
    assert len(keypoints) == 14
    assert keypoints.skeleton == COCO
    assert np.flatnonzero(~keypoints.seen.any(1)).tolist() == [0, 1, 5]
    np.testing.assert_allclose(keypoints.positions[2:5, :17], SEEN[:3, :, :2], rtol=1e-5)


def test_78_values_are_halpe26(tmp_path):
    people = np.concatenate([SEEN, SEEN[:, :9]], 1)
    keypoints = read_keypoints(write_alphapose(tmp_path / "c.json", [[p] for p in people]))
    assert keypoints.skeleton.name == "halpe26"


def test_coco_results_have_image_numbers(tmp_path):
    results = [{"image_id": n, "keypoints": p.ravel().tolist()} for n, p in enumerate(SEEN)]
    keypoints = read_keypoints(write(tmp_path, results))
    np.testing.assert_allclose(keypoints.positions[:, :17], SEEN[..., :2], rtol=1e-5)


def test_coco_follows_the_numbers_of_its_images(tmp_path):
    keypoints = read_keypoints(write(tmp_path, coco()))
    assert keypoints.skeleton == COCO
    assert keypoints.image_size == (640, 480)
    np.testing.assert_allclose(keypoints.positions[:, :17], SEEN[..., :2], rtol=1e-5)
    np.testing.assert_allclose(keypoints.scores, 0.8, rtol=1e-5)


def test_coco_visibility_flags_become_confidences(tmp_path):
    people = SEEN.copy()
    people[..., 2] = 2
    people[0, 0, 2], people[0, 1, 2] = 0, 1
    keypoints = read_keypoints(write(tmp_path, coco(people)))
    assert keypoints.scores[0, :3].tolist() == [0, 1, 1]
    people[0, 1, 2] = 0.25
    keypoints = read_keypoints(write(tmp_path, coco(people)))
    assert keypoints.scores[0, :3].tolist() == [0, 0.25, 1]


def test_coco_without_file_numbers_goes_by_id(tmp_path):
    table = coco()
    for image in table["images"]:
        image["file_name"] = "frame.jpg"
    keypoints = read_keypoints(write(tmp_path, table))
    np.testing.assert_allclose(keypoints.positions[:, :17], SEEN[..., :2], rtol=1e-5)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([], "nobody is detected in any frame; run"),
        ([{"image_id": "12.jpg"}], r"frame 12 \(entry 0\): .* no list; write"),
        ([{"image_id": "a.jpg", "keypoints": [0] * 51}], "entry 0: has no image_id"),
        (["x"], "entry 0: has no image_id"),
        ([{"image_id": "0.jpg", "keypoints": [1] * 60}], r"has 20 joints, where .*17 \(coco17\)"),
        ([{"image_id": 10**12, "keypoints": [1] * 51}], "too many missing"),
        ({"version": 1}, "neither AlphaPose results nor COCO; pass a video, a keypoint npz"),
        (coco(images=None), "has no list of images"),
        (coco(annotations=[]), "nobody is annotated"),
        (coco(annotations=[{"image_id": 7}]), "annotation 0 names image 7, which is not among"),
        (coco(annotations=[{"image_id": [7]}]), r"annotation 0 names image \[7\]"),
        (coco(images=[{"id": 1}, {"id": 1}]), "images need an id each"),
        (coco(categories=[{"keypoints": ["a", "b"]}]), "names 2 joints, but people have 17"),
        (coco(categories=[{"keypoints": list("abcdefghijklmnopq")}]), "unknown joint names a, b"),
    ],
)
def test_bad_files(tmp_path, held, said):
    path = write(tmp_path, held)
    with pytest.raises(InputError, match=said) as caught:
        read_keypoints(path)
    assert str(path) in str(caught.value)


def test_other_files(tmp_path):
    (tmp_path / "c01.csv").write_text("1,2")
    with pytest.raises(
        InputError, match=r"c01\.csv: is neither a video nor a keypoint file; pass a video"
    ):
        read_keypoints(tmp_path / "c01.csv")
