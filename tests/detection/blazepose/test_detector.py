"""The real networks on real frames, where they are in the cache."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from canonpose.cache import cache_folder
from canonpose.detection import DetectorConfig, create_detector
from canonpose.detection.blazepose import BlazePose, BlazePoseConfig
from canonpose.detection.blazepose.joints import LANDMARKS, skeleton
from canonpose.detection.blazepose.landmarks import CROP_SIDE
from canonpose.detection.weights import LANDMARKS as LANDMARK_FILES
from canonpose.detection.weights import weights_present
from canonpose.errors import InputError

VIDEO = cache_folder() / "demo" / "videos" / "balancing" / "cam02.mp4"
REASON = "the extra canonpose[video] is not installed"
real = pytest.mark.skipif(
    not (weights_present() and VIDEO.is_file()),
    reason="the weights or the demo's videos are not in the cache; run canonpose weights and "
    "canonpose demo",
)


@pytest.fixture(scope="module")
def detector():
    pytest.importorskip("ai_edge_litert", reason=REASON)
    return create_detector(DetectorConfig(threads=1))


@pytest.fixture(scope="module")
def frames():
    av = pytest.importorskip("av", reason=REASON)
    with av.open(str(VIDEO)) as container:
        decoded = islice(container.decode(video=0), 4)
        return [frame.to_ndarray(format="rgb24") for frame in decoded]


@pytest.fixture(scope="module")
def athlete(detector, frames):
    detector.begin()
    (person,) = detector.detect(frames[0])
    return person


@real
def test_a_standing_athlete_is_upright_and_sure(athlete, frames):
    joint = dict(zip(skeleton().detected, athlete, strict=True))
    height, width = frames[0].shape[:2]
    assert (athlete[:, :2] > 0).all() and (athlete[:, :2] < [width, height]).all()
    for side in ("left", "right"):
        order = [joint[f"{side}_{name}"][1] for name in ("shoulder", "hip", "knee", "ankle")]
        assert order == sorted(order)
    assert np.median(athlete[:, 2]) > 0.7
    assert (athlete[:, 2] > 0).all() and (athlete[:, 2] <= 1).all()


@real
def test_a_mirrored_image_gives_the_mirrored_person(detector, frames):
    """No convention of pixels is off by half a one: that would move all joints alike."""
    read = detector._tracker._read
    mirror = [LANDMARKS.index(swapped(name)) for name in LANDMARKS]
    offsets = []
    for frame in frames:
        detector.begin()
        detector.detect(frame)
        (region,) = detector._tracker._regions
        last = frame.shape[1] - 1
        person = read(frame, region)
        back = read(
            np.ascontiguousarray(frame[:, ::-1]),
            replace(region, x=last - region.x, angle=-region.angle),
        ).positions[mirror]
        back[:, 0] = last - back[:, 0]
        offsets.append((back - person.positions[: len(back)]) / region.side)
    assert np.median(np.linalg.norm(offsets, axis=-1)) < 0.01
    assert np.abs(np.median(offsets, axis=(0, 1))).max() * CROP_SIDE < 0.5


def swapped(name):
    left, right = name.replace("left", "right"), name.replace("right", "left")
    return left if name.startswith("left") else right


@real
def test_a_smaller_image_gives_the_same_person_in_its_pixels(detector, frames, athlete):
    import cv2

    detector.begin()
    (person,) = detector.detect(cv2.resize(frames[0], None, fx=0.5, fy=0.5))
    back = (person[:, :2] + 0.5) * 2 - 0.5
    apart = np.linalg.norm(back - athlete[:, :2], axis=1)
    assert np.median(apart) < 0.02 * np.ptp(athlete[:, 1])


@real
def test_following_ends_where_it_began_again(detector, frames):
    runs = []
    for _ in range(2):
        detector.begin()
        runs.append([detector.detect(frame) for frame in frames])
    for once, again in zip(*runs, strict=True):
        assert (once == again).all()
    steps = np.diff(np.stack([found[0] for found in runs[0]]), axis=0)[..., :2]
    assert np.median(np.abs(steps)) < 10  # pixels from frame to frame


@real
def test_two_people_are_found_and_none_where_there_is_none(detector, frames, athlete):
    # The athlete twice, side by side.
    low, high = athlete[:, :2].min(0).astype(int) - 150, athlete[:, :2].max(0).astype(int) + 150
    alone = frames[0][low[1] : high[1], low[0] : high[0]]
    detector.begin()
    people = detector.detect(np.concatenate([alone, alone], axis=1))
    first, second = sorted(people, key=lambda person: person[0, 0])
    apart = np.linalg.norm((second - first)[:, :2] - [alone.shape[1], 0], axis=1)
    assert np.median(apart) < 0.03 * np.ptp(athlete[:, 1])
    detector.begin()
    joints = len(skeleton().detected)
    assert detector.detect(np.full((300, 400, 3), 90, np.uint8)).shape == (0, joints, 3)


@real
def test_the_version_tells_settings_apart(detector):
    other = create_detector(DetectorConfig(people=detector.config.people + 1))
    assert other.version != detector.version
    assert other.name == detector.name == "blazepose-heavy"


def test_every_joint_of_the_layout_is_a_landmark():
    assert set(skeleton().detected) <= set(LANDMARKS)
    assert len(set(LANDMARKS)) == len(LANDMARKS)


def test_a_file_that_is_no_network_is_named(tmp_path):
    (tmp_path / "pose_detection.tflite").write_bytes(b"no network")
    (tmp_path / LANDMARK_FILES["heavy"].name).write_bytes(b"no network")
    with pytest.raises(InputError, match=r"pose_detection\.tflite: is not a network"):
        BlazePose(BlazePoseConfig(weights=tmp_path))


@pytest.mark.parametrize("setting", ["people", "search_every", "threads"])
def test_settings_are_checked(setting):
    with pytest.raises(InputError, match=f"{setting} is 0"):
        BlazePoseConfig(**{setting: 0})
