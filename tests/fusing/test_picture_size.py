from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, InputWarning
from canonpose.fusing import KnownRig
from canonpose.fusing.picture_size import for_pictures
from canonpose.geometry.cameras import Camera
from canonpose.skeleton import layout

SKELETON = layout("coco17")


def camera(name, size=(1920, 1080)):
    return Camera(
        name=name,
        size=size,
        matrix=np.array([[1400.0, 2, 950], [0, 1410, 530], [0, 0, 1]]),
        distortion=np.array([-0.1, 0.02, 0.001, 0.002, 0]),
        rotation=Rotation.from_rotvec([0.1, 0.2, 0.3]).as_matrix(),
        translation=np.array([0.1, 0.2, 4.0]),
    )


def rig(*cameras, **facts):
    rig = KnownRig.of({one.name: one for one in cameras}, source="cameras.json")
    return replace(rig, **facts)


def views(**sizes):
    pixels = np.zeros((1, len(SKELETON), 2), np.float32)
    seen = Keypoints(pixels, np.ones(pixels.shape[:2], np.float32), SKELETON)
    return {name: replace(seen, image_size=size) for name, size in sizes.items()}


@pytest.mark.parametrize("size", [(960, 540), (3840, 2160), (1280, 720), (427, 240)])
def test_a_resized_picture_shows_points_where_it_should(size):
    points = np.random.default_rng(0).normal(size=(9, 3))
    with pytest.warns(InputWarning, match=f"camera a: .* 1920 x 1080, .* {size[0]} x {size[1]}"):
        scaled = for_pictures(rig(camera("a")), views(a=size)).cameras["a"]
    assert scaled.size == size
    # Pixels are counted from the centre of the first, which lies half a pixel inside the picture.
    shares = (camera("a").project(points) + 0.5) / (1920, 1080)
    np.testing.assert_allclose((scaled.project(points) + 0.5) / size, shares, atol=1e-12)


def test_only_what_differs_is_scaled_and_said_once(recwarn):
    known = rig(*map(camera, "abcd"))
    scaled = for_pictures(known, views(a=(960, 540), b=None, c=(1920, 1080), d=(960, 540)))
    assert [str(one.message)[:14] for one in recwarn] == ["cameras a, d: "]
    for name in "bc":
        assert scaled.cameras[name] is known.cameras[name]
    assert list(scaled.cameras) == list("abcd")


@pytest.mark.parametrize("size", [(1080, 1920), (1440, 1080), (640, 480)])
def test_pictures_of_another_shape_are_refused(size):
    message = (
        f"cameras.json: camera 'a' is calibrated in pictures of 1920 x 1080, but its footage is "
        f"{size[0]} x {size[1]}, .* give a calibration of such pictures"
    )
    with pytest.raises(InputError, match=message):
        for_pictures(rig(camera("a")), views(a=size))


def test_rows_that_a_codec_adds_move_nothing():
    known = rig(camera("a", size=(1920, 1088)))
    assert for_pictures(known, views(a=(1920, 1080))).cameras["a"] is known.cameras["a"]


def test_sizes_that_are_guesses_say_nothing():
    known = rig(camera("a", size=(1005, 1657)), knows_sizes=False)
    assert for_pictures(known, views(a=(960, 540))) is known


def test_a_file_without_a_size_says_nothing():
    known = rig(camera("a", size=(0, 0)))
    assert for_pictures(known, views(a=(960, 540))).cameras["a"] is known.cameras["a"]
