import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.npz import save_poses
from canonpose.geometry.cameras import Camera
from canonpose.metrics import evaluate, n_mpjpe, p_mpjpe, rigid_aligned_errors
from canonpose.readers.reference import Reference, write_reference
from canonpose.skeleton import layout

FRAMES = 12
SKELETON = layout("coco17")
DETECTED = SKELETON.detected
TURN = Rotation.from_rotvec([0.4, -0.9, 0.2]).as_matrix()
CAMERA = Camera("Cam_01", (9, 9), np.eye(3), np.zeros(5), TURN, np.array([0.0, 0, 4]))


@pytest.fixture
def reference():
    """In a world frame, in mm; one joint and one frame less the hips are not valid."""
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(FRAMES, len(DETECTED), 3)) * 300 + 2000
    valid = np.ones((FRAMES, len(DETECTED)), dtype=bool)
    valid[:, DETECTED.index("left_ear")] = False
    valid[2, DETECTED.index("left_hip")] = False
    return Reference(positions, valid, DETECTED, source="ref.npz")


@pytest.fixture
def lifted(reference):
    """What a lifter with 30 mm of noise would say in the camera's frame, in body heights."""
    seen = reference.positions @ TURN.T
    noise = np.random.default_rng(1).normal(size=seen.shape) * 30
    return poses_of((seen + noise) / 1800)


def poses_of(detected, camera="cam01"):
    hips, shoulders = (
        [DETECTED.index(f"{s}_{j}") for s in ("left", "right")] for j in ("hip", "shoulder")
    )
    derived = [detected[:, pair].mean(1, keepdims=True) for pair in (hips, shoulders)]
    positions = np.concatenate([detected, *derived], 1)
    positions = positions - positions[:, [SKELETON.root_index]]
    frames, joints = positions.shape[:2]
    return Poses(
        positions=positions.astype(np.float32),
        scores=np.ones((frames, joints), np.float32),
        canonical=positions.astype(np.float32),
        rotation=np.tile(np.eye(3, dtype=np.float32), (frames, 1, 1)),
        keypoints=np.zeros((frames, joints, 2), np.float32),
        skeleton=SKELETON,
        units="body_height",
        camera=camera,
    )


def test_numbers_are_those_of_the_metrics(lifted, reference):
    found = evaluate(lifted, reference, calibration={"Cam_01": CAMERA})
    detected = lifted.positions[:, : len(DETECTED)]
    assert found.overall.p_mpjpe == pytest.approx(
        p_mpjpe(detected, reference.positions, reference.valid), rel=1e-5
    )
    hips = [DETECTED.index("left_hip"), DETECTED.index("right_hip")]
    seen = reference.positions @ TURN.T
    with_root = np.concatenate([seen[:, hips].mean(1, keepdims=True), seen], 1)
    valid = np.concatenate([reference.valid[:, hips].all(1, keepdims=True), reference.valid], 1)
    guess = np.concatenate([lifted.positions[:, [SKELETON.root_index]], detected], 1)
    # The root's own error, 0, is not among the scored.
    both = n_mpjpe(guess, with_root, valid, root=0)
    scored = (valid & valid[:, :1]).sum()
    roots = valid[:, 0].sum()
    assert found.overall.n_mpjpe == pytest.approx(both * scored / (scored - roots), rel=1e-5)
    assert 20 < found.overall.p_mpjpe <= found.overall.n_mpjpe < 60


def test_what_is_not_valid_is_not_scored_and_is_counted(lifted, reference):
    reference.valid[5, 3:] = False
    found = evaluate(lifted, reference, calibration={"Cam_01": CAMERA})
    overall = found.overall
    assert (overall.frames_scored, overall.frames_left_out) == (FRAMES - 1, 1)
    assert overall.frames_scale_aligned == FRAMES - 2  # frame 2 has no pelvis
    assert "left_ear" not in found.joints and "pelvis" not in found.joints
    assert found.joints["left_hip"].frames == FRAMES - 2


def test_an_unknown_frame_allows_rigid_metrics_only(lifted, reference):
    known = evaluate(lifted, reference, calibration={"Cam_01": CAMERA})
    found = evaluate(lifted, reference)
    assert found.overall.n_mpjpe is found.overall.pck_scale_aligned is None
    assert found.overall.auc_scale_aligned is found.overall.frames_scale_aligned is None
    assert "--calibration and --camera" in found.notes[0] and not known.notes
    for name in ("p_mpjpe", "pck_rigid", "auc_rigid", "cp180", "cps"):
        assert getattr(found.overall, name) == pytest.approx(getattr(known.overall, name))


def test_a_reference_in_the_cameras_frame_needs_no_calibration(lifted, reference):
    turned = replace(reference, positions=reference.positions @ TURN.T - 500)
    found = evaluate(lifted, turned, reference_frame="camera")
    known = evaluate(lifted, reference, calibration={"x": CAMERA}, camera="x")
    assert found.overall.n_mpjpe == pytest.approx(known.overall.n_mpjpe)


def test_mirrored_poses_are_told(lifted, reference):
    mirrored = replace(lifted, positions=lifted.positions * np.float32([1, 1, -1]))
    assert evaluate(lifted, reference).overall.mirrored_fraction == 0
    found = evaluate(mirrored, reference).overall
    assert found.mirrored_fraction == 1 and found.p_mpjpe > 100


def test_joints_can_be_restricted(lifted, reference):
    chosen = ["left_knee", "right_knee", "nose", "left_wrist", "right_wrist"]
    found = evaluate(lifted, reference, joints=chosen)
    assert set(found.joints) == set(chosen)
    places = SKELETON.indices(chosen)
    errors = rigid_aligned_errors(lifted.positions[:, places], reference.positions[:, places])
    assert found.overall.p_mpjpe == pytest.approx(errors.mean(), rel=1e-5)


def test_a_reference_in_another_order_without_hips(lifted, reference):
    kept = [j for j in reversed(DETECTED) if "hip" not in j]
    places = [DETECTED.index(joint) for joint in kept]
    other = Reference(reference.positions[:, places], reference.valid[:, places], tuple(kept))
    found = evaluate(lifted, other, calibration={"Cam_01": CAMERA})
    assert found.overall.n_mpjpe is None and "no 'pelvis'" in found.notes[0]
    assert found.overall.p_mpjpe < 60


def test_several_files_are_rows_and_json(tmp_path, lifted, reference):
    save_poses(lifted, tmp_path / "a.npz")
    save_poses(replace(lifted, positions=lifted.positions * 2), tmp_path / "b.npz")
    write_reference(reference, tmp_path / "ref.npz")
    files = [tmp_path / "a.npz", str(tmp_path / "b.npz")]
    found = evaluate(files, tmp_path / "ref.npz")
    assert [row["file"] for row in found.rows()] == [*map(str, files), "all"]
    assert found.overall.frames_scored == 2 * FRAMES
    assert found.overall.p_mpjpe == pytest.approx(found.rows()[0]["p_mpjpe"], rel=1e-4)
    assert [row["joint"] for row in found.joint_rows()] == list(found.joints)
    table = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert table["overall"]["n_mpjpe"] is None
    assert len(table["cps_curve"]["threshold_mm"]) == 301
    assert set(found.file_curves) == set(map(str, files))


def test_wrong_requests_are_named(lifted, reference):
    calibration = {"Cam_01": CAMERA}
    short = replace(reference, positions=reference.positions[:5], valid=reference.valid[:5])
    nothing = replace(reference, valid=np.zeros_like(reference.valid))
    for poses, target, options, message in (
        (lifted, short, {}, "cam01: has 12 frames, but ref.npz has 5"),
        (lifted, nothing, {}, "no frame has 4 joints"),
        (lifted, reference, {"joints": ["tail"]}, "no joint 'tail'"),
        (lifted, reference, {"joints": ["nose"]}, "shares 1 scored joints"),
        (lifted, reference, {"camera": "x"}, "without a calibration"),
        (lifted, reference, {"camera": "x", "calibration": calibration}, "no camera 'x'"),
        ([lifted] * 2, reference, {"camera": "Cam_01", "calibration": calibration}, "2 files"),
        (replace(lifted, camera=""), reference, {"calibration": calibration}, "--camera"),
        (
            lifted,
            reference,
            {"reference_frame": "camera", "calibration": calibration},
            "already",
        ),
        ([], reference, {}, "no poses"),
    ):
        with pytest.raises(InputError, match=message):
            evaluate(poses, target, **options)
