"""The main job on synthetic people, by the command line: are the bodies right, as bodies?

The bounds are anthropometric: a mirrored world, a loss that does not mix views, or a network that
ignores its input misses them by far, while every number may still look plausible.
"""

import json

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.exporters.npz import load_poses
from canonpose.readers.reference import Reference, write_reference
from synthetic_people import SHARES, Ring, capture, write_capture

RING = Ring(distance=5.0)
SETTINGS = [
    *("--preset", "released", "--lifter.width", "64", "--epochs", "1", "--min-steps", "500"),
    *("--batch", "64", "--learning-rate", "3e-3", "--schedule", "cosine", "--device", "cpu"),
]
SEGMENTS = {
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    """Two people to train on, another to lift, all seen in perspective by four cameras."""
    folder = tmp_path_factory.mktemp("footage")
    train, _ = capture(500, people=2, ring=RING, effort=0.4)
    test, (points,) = capture(100, ring=RING, seed=7, effort=0.4)
    write_capture(train, folder / "train")
    write_capture(test, folder / "test")
    for view, camera in enumerate(test.cameras):
        seen = RING.in_cameras(points)[:, view] * 1000
        valid = np.ones(seen.shape[:2], dtype=bool)
        reference = Reference(seen, valid, test.skeleton.joints, 25.0)
        write_reference(reference, folder / f"reference_{camera}.npz")
    return folder, test.cameras


def train_and_score(footage, tmp_path, *options):
    """Train, lift and score every camera; scores by camera, poses by camera, the run's card."""
    folder, cameras = footage
    run = tmp_path / "run"
    assert main(["train", str(folder / "train"), "-o", str(run), *SETTINGS, *options]) == 0
    scores, poses = {}, {}
    for camera in cameras:
        out = tmp_path / f"{camera}.npz"
        lift = ["lift", str(folder / "test" / "t0" / f"{camera}.npz"), "-m", str(run)]
        assert main([*lift, "-o", str(out), "--subject-height", "1.75", "--device", "cpu"]) == 0
        reference = ["--reference", str(folder / f"reference_{camera}.npz")]
        where = tmp_path / f"scores_{camera}"
        evaluate = ["evaluate", str(out), *reference, "--reference-frame", "camera"]
        assert main([*evaluate, "-o", str(where)]) == 0
        assert (where / "cps.png").read_bytes().startswith(b"\x89PNG")
        scores[camera] = json.loads((where / "scores.json").read_text())["overall"]
        poses[camera] = load_poses(out)
    return scores, poses, json.loads((run / "lifter.json").read_text())


@pytest.fixture(scope="module")
def result(footage, tmp_path_factory):
    place = tmp_path_factory.mktemp("result")
    return place, *train_and_score(footage, place, "--static-cameras")


def mean_of(scores, name):
    return np.mean([values[name] for values in scores.values()])


def test_errors(result):
    """Measured: 51 mm; the mirrored world gives more than 150, a mean pose more than 100."""
    _, scores, _, _ = result
    assert mean_of(scores, "p_mpjpe") < 75
    assert mean_of(scores, "n_mpjpe") < 170
    assert mean_of(scores, "mirrored_fraction") < 0.05
    assert all(values["frames_scored"] == 100 for values in scores.values())


def test_anatomy_was_sure(result):
    _, _, _, card = result
    assert abs(card["provenance"]["chirality"]["margin"]) > 0.8


def length(pose, start, end):
    at = pose.positions[:, [pose.skeleton.index(start), pose.skeleton.index(end)]]
    return np.linalg.norm(at[:, 0] - at[:, 1], axis=-1)


@pytest.mark.parametrize("segment", list(SEGMENTS))
def test_segments_are_as_long_as_a_body_s_in_metres(result, segment):
    """Within 10 % of a body of 1.75 m, on either side; left and right within 6 %."""
    _, _, poses, _ = result
    upper, lower = SEGMENTS[segment]
    sides = [
        np.median(
            np.concatenate(
                [length(pose, f"{side}_{upper}", f"{side}_{lower}") for pose in poses.values()]
            )
        )
        for side in ("left", "right")
    ]
    assert sides == pytest.approx([SHARES[segment] * 1.75] * 2, rel=0.1)
    assert sides[0] == pytest.approx(sides[1], rel=0.06)


@pytest.mark.parametrize(
    ("ends", "share"),
    [(("left_hip", "right_hip"), "hips"), (("left_shoulder", "right_shoulder"), "shoulders")],
)
def test_the_body_is_as_wide_as_a_body(result, ends, share):
    _, _, poses, _ = result
    widths = np.concatenate([length(pose, *ends) for pose in poses.values()])
    assert np.median(widths) == pytest.approx(SHARES[share] * 1.75, rel=0.15)


def test_bones_keep_their_length_over_time(result):
    """Nothing in the method says that bones are rigid; agreement of the views does."""
    _, _, poses, _ = result
    for pose in poses.values():
        thigh = length(pose, "left_hip", "left_knee")
        assert np.std(thigh) / np.mean(thigh) < 0.15


def test_people_stand_upright_in_every_camera(result):
    """y points down: the head is above the pelvis, the ankles below it."""
    _, _, poses, _ = result
    for pose in poses.values():
        heights = {joint: pose.positions[:, pose.skeleton.index(joint), 1] for joint in
                   ("nose", "left_ankle", "right_ankle")}  # fmt: skip
        assert (heights["nose"] < -0.3).all()
        assert (np.maximum(heights["left_ankle"], heights["right_ankle"]) > 0.4).all()


def test_the_report_shows_every_camera(result):
    place, _, poses, _ = result
    page = place / "report.html"
    files = [str(place / f"{camera}.npz") for camera in poses]
    assert main(["report", *files, "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert all(camera in text for camera in poses)


@pytest.mark.parametrize("seed", [1, 2])
def test_other_seeds_end_in_the_real_world_too(footage, tmp_path, seed):
    options = ("--seed", str(seed), "--static-cameras")
    scores, _, _ = train_and_score(footage, tmp_path, *options)
    assert mean_of(scores, "mirrored_fraction") < 0.05
    assert mean_of(scores, "p_mpjpe") < 75
