"""The lifter that comes with canonpose, on people that it never saw."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open

import canonpose
from canonpose.cli.main import main
from canonpose.deployment.runtimes import lifting_by
from canonpose.inference import lift
from canonpose.lifter import LifterConfig, pretrained_lifter
from canonpose.lifter.pretrained import PRETRAINED_SHAPE, lifter_named, pretrained_folder
from canonpose.lifter.temporal import temporal_of
from canonpose.lifter.temporal.trained import FILES
from canonpose.lifter.trained import CARD, WEIGHTS
from canonpose.lifter.transplant import check_fit
from canonpose.metrics import scale_aligned_acceleration_error, score
from canonpose.skeleton import layout
from canonpose.training import PRESETS
from synthetic_people import LAYOUTS, SHARES, Ring, bodies, keypoints, turning, write_npz

MEGABYTES = 6
"""Of the weights, at most."""


@pytest.fixture(scope="module")
def lifter():
    return pretrained_lifter()


@pytest.fixture(scope="module")
def people():
    """A person of 1.75 m as coco17, who turns in front of cameras 5 m away, and the exact 3D."""
    skeleton, ring = layout("coco17"), Ring(distance=5.0)
    world = turning(bodies(200, skeleton, seed=5, effort=0.6), seed=5)
    seen = ring.see(world)
    views = [keypoints(seen[:, view], skeleton, f"c{view}") for view in range(len(ring))]
    return views, ring.in_cameras(world)


@pytest.fixture(scope="module")
def lifted(lifter, people):
    return [lift(view, lifter, subject_height=1.75) for view in people[0]]


def test_it_can_be_had_by_name(lifter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert canonpose.pretrained_lifter().skeleton == lifter.skeleton
    assert lifter_named("pretrained").skeleton == lifter.skeleton


@pytest.mark.parametrize("name", [WEIGHTS, FILES.weights])
def test_its_files_are_small_and_in_half_precision(name):
    weights = pretrained_folder() / name
    assert weights.stat().st_size < MEGABYTES * 1e6
    with safe_open(weights, framework="pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118


def test_it_is_computed_with_in_single_precision(lifter):
    assert {parameter.dtype for parameter in lifter.network.parameters()} == {torch.float32}


def test_default_trainings_can_start_from_it(lifter):
    assert lifter.network.config == PRETRAINED_SHAPE
    for name in ("fast", "moving"):
        check_fit(lifter, PRESETS[name].lifter, layout("coco17"), "pretrained")
    check_fit(lifter, LifterConfig(), layout("coco17"), "pretrained")


def test_the_card_says_what_it_was_trained_on():
    card = json.loads((pretrained_folder() / CARD).read_text("utf-8"))
    facts = card["provenance"]
    assert any("CMU" in source for source in facts["captures"])
    assert any("AIST++" in source for source in facts["captures"])
    assert not any("ch06" in take for take in facts["takes"])
    assert facts["chirality"]["margin"] != 0
    text = (pretrained_folder() / "MODEL_CARD.md").read_text("utf-8")
    for word in ("mocap.cs.cmu.edu", "CC BY 4.0", "Google LLC", "ICCV 2021", "fails"):
        assert word in text


SEGMENTS = {
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}


def length(poses, start, end):
    ends = poses.positions[:, poses.skeleton.indices((start, end))]
    return np.linalg.norm(ends[:, 0] - ends[:, 1], axis=-1)


@pytest.mark.parametrize(
    ("segment", "within"), [("thigh", 0.12), ("shank", 0.12), ("upper_arm", 0.12), ("forearm", 0.2)]
)
def test_segments_are_as_long_as_a_body_s(lifted, segment, within):
    """Of a body of 1.75 m, on either side; left and right within 6 %.

    Measured: legs 5 to 6 % long, upper arms 6 % and forearms 12 to 13 % short. These people
    wave their arms as nobody did in training, and what a lifter is unsure of, it draws in.
    """
    upper, lower = SEGMENTS[segment]
    sides = [
        np.median([length(poses, f"{side}_{upper}", f"{side}_{lower}") for poses in lifted])
        for side in ("left", "right")
    ]
    assert sides == pytest.approx([SHARES[segment] * 1.75] * 2, rel=within)
    assert sides[0] == pytest.approx(sides[1], rel=0.06)


def test_people_stand_upright(lifted):
    for poses in lifted:
        nose, ankle = (
            poses.positions[:, poses.skeleton.index(j), 1] for j in ("nose", "left_ankle")
        )
        assert (nose < -0.3).all()
        assert np.median(ankle) > 0.6


def test_poses_are_right_and_not_mirrored(lifted, people):
    """Measured: 68 to 82 mm, with gestures as above; the mirrored world gives 246 or more."""
    views, truth = people
    skeleton = views[0].skeleton
    limbs = [joint for joint in skeleton.detected if "eye" not in joint and "ear" not in joint]
    for view, poses in enumerate(lifted):
        scores = score(
            torch.from_numpy(poses.positions[:, poses.skeleton.indices(limbs)]) * 1000,
            torch.from_numpy(truth[:, view][:, skeleton.indices(limbs)]).float() * 1000,
            root=None,
        )
        assert scores.p_mpjpe < 100
        assert scores.mirrored_fraction < 0.05


def trembling(poses, truth):
    tensors = torch.from_numpy(poses.positions), torch.from_numpy(truth).float()
    return float(scale_aligned_acceleration_error(*tensors, root=poses.skeleton.root_index))


def with_noise(view, pixels):
    random = np.random.default_rng(0)
    noise = pixels * random.standard_normal(view.positions.shape)
    return replace(view, positions=(view.positions + noise).astype(np.float32))


def test_over_time_it_trembles_less(lifter, people):
    temporal = temporal_of("pretrained")
    for number, view in enumerate(people[0]):
        noisy, there = with_noise(view, 3.0), 1000 * people[1][:, number]
        single, joined = lift(noisy, lifter), lift(noisy, lifter, temporal=temporal)
        assert trembling(joined, there) < 0.6 * trembling(single, there)


def test_what_lies_seconds_apart_is_not_joined(lifter, people):
    temporal = temporal_of("pretrained")
    view = replace(people[0][0], fps=30.0)
    first, second = (
        replace(view, positions=view.positions[part], scores=view.scores[part])
        for part in (slice(0, 40), slice(150, 190))
    )
    times = np.concatenate([np.arange(40), 900 + np.arange(40)]) / 30
    both = replace(
        view,
        positions=np.concatenate([first.positions, second.positions]),
        scores=np.concatenate([first.scores, second.scores]),
        times=times,
    )
    joined = lift(both, lifter, temporal=temporal).positions
    apart = [lift(part, lifter, temporal=temporal).positions for part in (first, second)]
    np.testing.assert_allclose(joined, np.concatenate(apart), atol=1e-5)
    mixed = lift(replace(both, times=None), lifter, temporal=temporal).positions
    assert np.abs(mixed - joined)[30:50].max() > 0.01


def test_pictures_of_any_moments_are_lifted_one_by_one(lifter, people):
    lifting = lifting_by("torch", "pretrained", "cpu")
    pictures = replace(people[0][0], fps=None)
    single = lift(pictures, lifter)
    for rate in (None, 2.0):
        poses = lifting(replace(pictures, fps=rate), None)
        np.testing.assert_array_equal(poses.positions, single.positions)
    recording = replace(pictures, fps=25.0)
    joined = lift(recording, lifter, temporal=temporal_of("pretrained"))
    np.testing.assert_array_equal(lifting(recording, None).positions, joined.positions)
    assert np.abs(joined.positions - single.positions).max() > 1e-3
    alone = lifting_by("torch", "pretrained", "cpu", single_frame=True)
    np.testing.assert_array_equal(alone(recording, None).positions, single.positions)


@pytest.mark.filterwarnings("ignore:.*lacks")
def test_the_command_needs_no_model(people, tmp_path, capsys):
    write_npz(people[0][0], tmp_path / "clip.npz")
    out = tmp_path / "out.npz"
    assert main(["lift", str(tmp_path / "clip.npz"), "-o", str(out), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "pretrained" in said
    assert "200 of 200 frames lifted" in said
    assert canonpose.load_poses(out).skeleton == pretrained_lifter().skeleton


@pytest.mark.parametrize("name", LAYOUTS)
def test_it_knows_the_joints_of_every_layout_that_has_a_body(lifter, name):
    limbs = {f"{side}_{joint}" for side in ("left", "right") for joint in
             ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")}  # fmt: skip
    assert limbs | {"pelvis", "neck", "nose"} <= set(lifter.skeleton.joints)
    assert limbs <= set(layout(name).joints)
