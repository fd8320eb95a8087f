import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from canonpose.metrics import evaluate, evaluate_views, score
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton

FRAMES = 10
LIMBS = ("hip", "knee", "ankle", "shoulder", "wrist")
PAIRS = tuple((f"left_{limb}", f"right_{limb}") for limb in LIMBS)
MEASURED = ("nose", *(joint for both in PAIRS for joint in both))
SKELETON = Skeleton(
    name="some",
    joints=(*MEASURED, "pelvis"),
    root="pelvis",
    derived={"pelvis": ("left_hip", "right_hip")},
    pairs=PAIRS,
)
TURNS = dict(zip("abc", Rotation.random(3, rng=5).as_matrix(), strict=True))


def people(seed=0):
    return np.random.default_rng(seed).normal(size=(FRAMES, len(MEASURED), 3)) * 300


def reference_of(positions, joints=MEASURED, source="truth"):
    places = [MEASURED.index(joint) for joint in joints]
    valid = np.ones((len(positions), len(joints)), dtype=bool)
    return Reference(positions[:, places], valid, tuple(joints), source=source)


def poses_of(positions, noise, camera=""):
    positions = positions + np.random.default_rng(noise).normal(size=positions.shape) * noise
    hips = [MEASURED.index(joint) for joint in SKELETON.derived["pelvis"]]
    positions = np.concatenate([positions, positions[:, hips].mean(1, keepdims=True)], axis=1)
    positions = ((positions - positions[:, -1:]) / 1800).astype(np.float32)
    frames, joints = positions.shape[:2]
    return Poses(
        positions=positions,
        scores=np.ones((frames, joints), np.float32),
        canonical=positions,
        rotation=np.tile(np.eye(3, dtype=np.float32), (frames, 1, 1)),
        keypoints=np.zeros((frames, joints, 2), np.float32),
        skeleton=SKELETON,
        units="body_height",
        camera=camera,
    )


@pytest.fixture
def views():
    """Three cameras of one take; each reference in its own camera's frame."""
    world = people()
    return {
        camera: (poses_of(world @ turn.T, 20 * place, camera), reference_of(world @ turn.T + 4000))
        for place, (camera, turn) in enumerate(TURNS.items(), start=1)
    }


def test_the_same_as_one_reference_and_a_calibration(views):
    cameras = {
        name: Camera(name, (9, 9), np.eye(3), np.zeros(5), turn, np.array([0.0, 0, 4]))
        for name, turn in TURNS.items()
    }
    poses = [poses for poses, _ in views.values()]
    one = evaluate(poses, reference_of(people()), calibration=cameras).to_dict()
    many = evaluate_views(views).to_dict()
    assert not many["notes"] and list(many["files"]) == ["a", "b", "c"]
    for name, wanted in one["overall"].items():
        assert many["overall"][name] == pytest.approx(wanted, rel=1e-6), name
    assert many["joints"].keys() == one["joints"].keys()


def test_views_of_other_takes_and_lengths_are_pooled_frame_by_frame(views):
    other = people(seed=9)[:4]
    views["another take"] = poses_of(other, 200), reference_of(other)
    found = evaluate_views(views)
    scored = found.files["another take"]
    assert scored.frames_scored == 4 and found.overall.frames_scored == 3 * FRAMES + 4
    for name in ("n_mpjpe", "p_mpjpe", "cps", "pck_rigid", "auc_scale_aligned"):
        weights = [one.frames_scored for one in found.files.values()]
        values = [getattr(one, name) for one in found.files.values()]
        assert getattr(found.overall, name) == pytest.approx(np.average(values, weights=weights))
    assert scored.p_mpjpe > found.files["a"].p_mpjpe


def test_one_view_has_the_numbers_of_its_arrays(views):
    poses, reference = views["b"]
    found = evaluate_views({"b": (poses, reference)}).overall
    arrays = score(poses.positions[:, : len(MEASURED)], reference.positions, root=None)
    for name in ("p_mpjpe", "pck_rigid", "auc_rigid", "cp180", "cps", "mirrored_fraction"):
        assert getattr(found, name) == pytest.approx(getattr(arrays, name), rel=1e-9)


def test_a_joint_that_some_references_lack_is_scored_where_it_is(views):
    poses, whole = views["b"]
    kept = [joint for joint in MEASURED if joint not in ("nose", "left_wrist")]
    lacking = reference_of(whole.positions, kept[::-1])
    found = evaluate_views({**views, "b": (poses, lacking)})
    full = evaluate_views(views)
    assert found.notes == ("b: scored without nose, left_wrist, which other views have.",)
    assert found.joints["nose"].frames == 2 * FRAMES
    assert found.joints["left_knee"].frames == 3 * FRAMES
    assert found.files["a"] == full.files["a"] and found.files["b"] != full.files["b"]
    restricted = evaluate_views({"b": (poses, whole)}, joints=kept)
    assert found.files["b"].n_mpjpe == pytest.approx(restricted.overall.n_mpjpe)
    assert found.files["b"].cps == pytest.approx(restricted.overall.cps)


def test_a_joint_of_later_references_alone_is_scored(views):
    poses, whole = views["a"]
    first = {"a": (poses, reference_of(whole.positions, MEASURED[1:]))}
    found = evaluate_views({**first, "b": views["b"]}, joints=MEASURED[:6])
    assert set(found.joints) == set(MEASURED[:6]) and found.joints["nose"].frames == FRAMES
    assert found.notes[0].startswith("a: scored without nose")


def test_a_view_without_root_leaves_the_pooled_scale_aligned_metrics_out(views):
    poses, whole = views["c"]
    kept = [joint for joint in MEASURED if joint != "left_hip"]
    found = evaluate_views({**views, "c": (poses, reference_of(whole.positions, kept))})
    assert found.files["a"].n_mpjpe is not None
    assert found.files["c"].n_mpjpe is found.overall.n_mpjpe is None
    assert found.joints["nose"].n_mpjpe is None
    assert "c: the reference has no 'pelvis'" in found.notes[0]
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_root_that_is_not_valid_leaves_the_frame_out_of_the_scale_aligned_only(views):
    poses, reference = views["a"]
    reference.valid[3, MEASURED.index("left_hip")] = False
    reference.positions[4, MEASURED.index("right_hip")] = np.nan
    found = evaluate_views({"a": (poses, reference)}).overall
    assert found.frames_scored == FRAMES and found.frames_scale_aligned == FRAMES - 2


def test_wrong_views_are_named(views):
    poses, reference = views["a"]
    nothing = replace(reference, valid=np.zeros_like(reference.valid))
    short = replace(reference, positions=reference.positions[:3], valid=reference.valid[:3])
    renamed = replace(reference, joints=tuple(joint.upper() for joint in MEASURED))
    for wrong, joints, message in (
        ({}, None, "no poses to score"),
        ({"x": (poses, short)}, None, "x: has 10 frames, but truth has 3"),
        ({"x": (poses, nothing)}, None, "x: no frame has 4 joints"),
        ({"x": (poses, renamed)}, None, "x: shares 0 scored joints"),
        (views, ["tail"], "truth: has no joint 'tail'"),
    ):
        with pytest.raises(InputError, match=message):
            evaluate_views(wrong, joints=joints)
