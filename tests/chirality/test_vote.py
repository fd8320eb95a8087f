import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from canonpose.chirality import vote
from canonpose.skeleton import Skeleton, layout
from synthetic_people import LAYOUTS, bodies, turning

MIRROR = np.array([1.0, 1.0, -1.0])


def cast(points, skeleton, scores=None):
    poses = torch.from_numpy(np.ascontiguousarray(points))
    scores = torch.ones(poses.shape[:2], dtype=poses.dtype) if scores is None else scores
    return vote(poses, scores, skeleton)


def posture(name, points):
    """Bodies as they stand, or brought into another posture as a whole."""
    turns = {
        "facing": (0, 0, 0),
        "back": (0, 180, 0),
        "side": (0, 90, 0),
        "bent": (-80, 20, 0),
        "lying on the back": (90, 0, 0),
        "lying on the face": (-90, 0, 0),
        "lying on the side": (0, 40, 90),
        "upside-down": (0, 0, 180),
    }
    return points @ Rotation.from_euler("xyz", turns[name], degrees=True).as_matrix().T


POSTURES = ["facing", "back", "side", "bent", "lying on the back", "lying on the face",
            "lying on the side", "upside-down"]  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("how", POSTURES)
def test_every_layout_in_every_posture(name, how):
    skeleton = layout(name)
    points = posture(how, bodies(60, skeleton, seed=4))
    real, mirrored = cast(points, skeleton), cast(points * MIRROR, skeleton)
    assert real.margin > 0.9
    assert not real.mirrored
    assert mirrored.margin < -0.9
    assert mirrored.mirrored
    assert real.usable
    assert real.frames == 60


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_kind_of_evidence_says_the_same(name):
    skeleton = layout(name)
    margins = cast(turning(bodies(200, skeleton, seed=1)), skeleton).margins
    assert {"nose", "knees", "elbows"} <= set(margins)
    assert ("toes" in margins) == ("left_big_toe" in skeleton)
    assert ("ears" in margins) == ("left_ear" in skeleton)
    assert min(margins.values()) > 0.9


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("name", ["coco17", "body25"])
def test_a_mirror_along_any_axis_negates_the_vote_exactly(name, axis):
    skeleton = layout(name)
    points = turning(bodies(50, skeleton, seed=2))
    points = points + 0.1 * np.random.default_rng(0).normal(size=points.shape)
    mirror = np.ones(3)
    mirror[axis] = -1
    real, mirrored = cast(points, skeleton), cast(points * mirror, skeleton)
    assert 0.3 < real.margin < 1
    assert mirrored.margin == pytest.approx(-real.margin, abs=1e-12)
    assert mirrored.margins == pytest.approx({kind: -m for kind, m in real.margins.items()})


def test_neither_rotation_nor_scale_nor_place_matters():
    skeleton = layout("halpe26")
    points = bodies(50, skeleton, seed=2)
    points = points + 0.1 * np.random.default_rng(0).normal(size=points.shape)
    plain = cast(points, skeleton)
    rotations = Rotation.random(50, rng=np.random.default_rng(1)).as_matrix()
    sizes = np.random.default_rng(2).uniform(1e-3, 1e3, (50, 1, 1))
    moved = cast(sizes * (points @ rotations.swapaxes(1, 2) + [[5.0, -3.0, 2.0]]), skeleton)
    assert moved.margin == pytest.approx(plain.margin, abs=1e-9)
    assert moved.margins == pytest.approx(plain.margins, abs=1e-9)


def test_joints_of_low_confidence_hardly_vote():
    """Half of the poses are mirrored: they would halve the margin if they were believed."""
    skeleton = layout("coco17")
    points = bodies(100, skeleton, seed=3)
    points[50:] *= MIRROR
    scores = torch.ones(100, len(skeleton), dtype=torch.float64)
    assert abs(cast(points, skeleton, scores).margin) < 0.3
    scores[50:] = 0.01
    assert cast(points, skeleton, scores).margin > 0.9
    scores[50:] = 0
    sure = cast(points, skeleton, scores).margin
    assert sure == pytest.approx(cast(points[:50], skeleton).margin)


def test_one_unsure_joint_silences_only_its_own_rules():
    skeleton = layout("coco17")
    points = bodies(100, skeleton, seed=3)
    points[:, skeleton.index("nose")] *= [1, 1, -1]  # a nose at the back of the head
    points[:, skeleton.index("nose"), 2] += 0.2
    scores = torch.ones(100, len(skeleton), dtype=torch.float64)
    assert cast(points, skeleton, scores).margins["nose"] < 0
    scores[:, skeleton.index("nose")] = 0
    silent = cast(points, skeleton, scores)
    assert silent.margins["nose"] == 0
    assert silent.margin > 0.9


def test_a_stretched_leg_hardly_votes():
    skeleton = layout("coco17")
    straight = bodies(2, skeleton, seed=0)
    for side in ("left", "right"):
        hip, ankle = (straight[:, skeleton.index(f"{side}_{j}")] for j in ("hip", "ankle"))
        # A millimetre of a bend to the wrong side in the first pose, a bent knee in the second.
        straight[0, skeleton.index(f"{side}_knee")] = (hip + ankle)[0] / 2 + [0, 0, 0.001]
    straight[1] = bodies(40, skeleton, seed=0)[30]
    assert cast(straight[:1], skeleton).margins["knees"] < 0
    assert cast(straight, skeleton).margins["knees"] > 0.9


@pytest.mark.parametrize(
    ("joints", "kinds"),
    [
        (("pelvis", "left_hip", "right_hip", "left_knee", "left_ankle"), {"knees"}),
        (("pelvis", "left_shoulder", "right_shoulder", "right_elbow", "right_wrist"), {"elbows"}),
        (("pelvis", "left_hip", "right_hip", "left_shoulder", "right_shoulder", "nose"), {"nose"}),
        (("left_hip", "right_hip", "left_knee", "left_ankle", "left_big_toe"), {"knees", "toes"}),
        (("nose", "left_ear", "right_ear", "left_shoulder", "right_shoulder"), {"ears"}),
        (("nose", "left_shoulder", "right_shoulder"), set()),
        (("a", "b", "c"), set()),
    ],
)
def test_each_skeleton_votes_with_what_it_has(joints, kinds):
    whole = layout("halpe26")
    skeleton = Skeleton("part", joints, joints[0])
    if kinds:
        points = bodies(80, whole, seed=6)[:, whole.indices(joints)]
        ballot = cast(points, skeleton)
        assert ballot.margin > 0.9
        assert "real world" in str(ballot)
    else:
        ballot = cast(np.ones((4, len(joints), 3)), skeleton)
        assert ballot.margin == 0
        assert "no vote" in str(ballot)
    assert set(ballot.margins) == kinds
    assert ballot.usable == bool(kinds)


def test_collapsed_poses_give_no_nan():
    skeleton = layout("coco17")
    ballot = cast(np.zeros((3, len(skeleton), 3)), skeleton)
    assert ballot.margin == 0
    assert set(ballot.margins.values()) == {0.0}
