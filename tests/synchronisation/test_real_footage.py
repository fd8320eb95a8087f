import os
from pathlib import Path

import numpy as np
import pytest

from canonpose.readers import read_capture, read_keypoints
from canonpose.readers.capture import take_plans
from canonpose.shifts.confidence import SURE
from canonpose.shifts.estimate import estimate
from canonpose.shifts.views import Watched
from canonpose.synchronisation.check import check_synchronisation
from canonpose.synchronisation.take import synchronise_take

AISTPP = Path(__file__).parents[3] / "shared" / "data" / "aistpp"
CACHE = Path(os.environ.get("CANONPOSE_CACHE", Path.home() / ".cache" / "canonpose"))
DEMO = CACHE / "demo" / "keypoints"

aistpp = pytest.mark.skipif(
    not (AISTPP / "train" / "ch01").is_dir(), reason=f"AIST++ keypoints are not in {AISTPP}"
)
demo = pytest.mark.skipif(
    not DEMO.is_dir(), reason=f"the demo's trial is not in {CACHE}; `canonpose demo` fetches it"
)


def watched(take, cameras):
    views = [read_keypoints(AISTPP / "train" / take / f"{camera}.npz") for camera in cameras]
    return [Watched.of_one(view, view.fps) for view in views]


@aistpp
def test_the_camera_on_another_clock_is_found():
    found = estimate(watched("ch01", ("c01", "c03", "c05", "c08")))
    frames = found.offsets * 60
    np.testing.assert_allclose(frames, [0, 0, 269, 0], atol=1)
    assert (found.confidence > SURE).all()


@aistpp
@pytest.mark.parametrize(
    "cameras", ["c01 c03 c05", "c01 c03 c05 c08", "c01 c05 c06 c07 c08", "c02 c04 c05 c09"]
)
def test_the_camera_on_another_clock_raises_the_alarm(cameras):
    doubts = check_synchronisation(read_capture(AISTPP / "train", cameras=cameras.split()))
    assert [(doubt.take, doubt.camera) for doubt in doubts] == [("ch01", "c05"), ("ch03", "c05")]
    np.testing.assert_allclose([doubt.frames for doubt in doubts], [269, -91], atol=1)


@aistpp
def test_the_others_raise_none():
    cameras = [f"c0{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)]
    assert check_synchronisation(read_capture(AISTPP / "train", cameras=cameras)) == []


@aistpp
def test_cameras_of_another_take_are_refused():
    mixed = [*watched("ch01", ("c01", "c03")), *watched("ch02", ("c06", "c08"))]
    found = estimate(mixed)
    assert found.confidence[1] > SURE
    assert (found.confidence[2:] < SURE).all()


@demo
def test_the_demo_has_no_offsets_and_raises_no_alarm():
    (take,) = (synchronise_take(plan) for plan in take_plans(DEMO))
    assert not take.problem
    assert [clock.offset for clock in take.clocks] == [0, 0, 0, 0]
    assert np.abs([clock.seconds * 60 for clock in take.clocks]).max() < 1
    assert check_synchronisation(read_capture(DEMO)) == []


@demo
@pytest.mark.parametrize("begins", [(8, 0, 20, 3), (0, 30, 10, 5)])
def test_short_clips_of_slow_motion_cut_to_different_begins(begins):
    views = read_capture(DEMO).takes[0].views.values()
    whole = [Watched.of_one(view, 60.0) for view in views]
    cut = [
        Watched(one.camera, (one.people[0][first:],), one.times[: 100 - first], 60.0)
        for one, first in zip(whole, begins, strict=True)
    ]
    found = estimate(cut)
    np.testing.assert_allclose(found.offsets * 60, begins[0] - np.array(begins), atol=1)
    assert (found.confidence > SURE).all()


@demo
def test_a_person_who_stands_still_is_refused(tmp_path):
    for camera in ("cam01", "cam02", "cam03"):
        (folder := tmp_path / camera).mkdir()
        first = min(next(DEMO.rglob(camera)).glob("*.json"))
        for frame in range(90):
            (folder / f"{camera}.{frame:04d}.json").write_bytes(first.read_bytes())
    (tmp_path / "capture.toml").write_text('layout = "body25b"\nfps = 60\n')
    (plan,) = take_plans(tmp_path)
    take = synchronise_take(plan)
    assert "cameras cam01, cam02, cam03 see too little movement" in take.problem
    assert all(clock.confidence < SURE for clock in take.clocks)
