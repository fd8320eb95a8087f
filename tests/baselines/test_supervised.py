from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.baselines import LabelledView, MartinezConfig, train_supervised
from canonpose.baselines.supervised import masked_loss
from canonpose.errors import InputError
from canonpose.metrics import n_mpjpe
from synthetic_people import Ring

from .labels_of import SKELETON, labelled

TOY = MartinezConfig(width=128, dropout=0.0, epochs=20, batch=32)
PAIR = Ring(yaw=(0.0, 70.0), pitch=(5.0, -8.0), distance=4.5)
QUICK = replace(TOY, width=8, epochs=2)


def facing(frames, seed):
    """People who look the same way, seen by two cameras."""
    return labelled(frames, seed, PAIR, turns=False)


@pytest.fixture(scope="module")
def trained():
    losses = []
    views = [view for seed in range(4) for view in facing(150, seed)]
    lifter = train_supervised(views, TOY, progress=lambda p: losses.append(p.loss))
    return lifter, losses


def errors(lifter, view):
    """N-MPJPE in mm."""
    poses = lifter.lift(view.keypoints)
    places = SKELETON.indices(view.reference.joints)
    root = view.reference.positions[
        :, [view.reference.joints.index(j) for j in ("left_hip", "right_hip")]
    ]
    reference = np.concatenate([root.mean(1, keepdims=True), view.reference.positions], axis=1)
    predicted = np.concatenate(
        [poses.positions[:, [SKELETON.root_index]], poses.positions[:, places]], axis=1
    )
    return float(n_mpjpe(predicted.astype(np.float64), reference, root=0))


def test_the_loss_falls(trained):
    _, losses = trained
    assert len(losses) == TOY.epochs
    assert losses[-1] < 0.15 * losses[0]


def test_single_views_of_known_people_are_lifted_to_a_few_centimetres(trained):
    assert np.mean([errors(trained[0], view) for view in facing(100, 0)]) < 65


def test_a_new_person_is_lifted_far_better_than_by_the_mean_pose(trained):
    lifter, _ = trained
    view = facing(100, 9)[1]
    mean = replace(lifter, network=_constant(lifter.network))
    assert errors(lifter, view) < 0.6 * errors(mean, view)


def _constant(network):
    silent = deepcopy(network)
    torch.nn.init.zeros_(silent.head.weight)
    torch.nn.init.zeros_(silent.head.bias)
    return silent


def test_lifted_poses_are_metric_and_in_the_camera_frame(trained):
    view = facing(50, 0)[1]
    poses = trained[0].lift(view.keypoints)
    assert poses.units == "m"
    assert np.array_equal(poses.positions, poses.canonical)
    assert np.array_equal(poses.rotation, np.tile(np.eye(3, dtype=np.float32), (50, 1, 1)))
    assert not poses.positions[:, SKELETON.root_index].any()
    places = SKELETON.indices(view.reference.joints)
    truth = view.reference.positions / 1000
    assert np.abs(poses.positions[:, places] - truth)[..., 2].mean() < 0.08


def test_a_frame_whose_root_is_not_seen_is_nan_and_others_do_not_change(trained):
    keypoints = facing(20, 0)[0].keypoints
    whole = trained[0].lift(keypoints)
    scores, positions = keypoints.scores.copy(), keypoints.positions.copy()
    scores[4, SKELETON.root_index], positions[4, SKELETON.root_index] = 0, np.nan
    poses = trained[0].lift(replace(keypoints, scores=scores, positions=positions))
    assert np.isnan(poses.positions[4]).all() and np.isnan(poses.rotation[4]).all()
    others = np.arange(20) != 4
    np.testing.assert_allclose(poses.positions[others], whole.positions[others], atol=1e-6)


def test_no_frame_has_a_root(trained):
    keypoints = facing(5, 0)[0].keypoints
    blind = replace(keypoints, scores=keypoints.scores * 0, positions=keypoints.positions * np.nan)
    with pytest.raises(InputError, match="root joint 'pelvis' is seen in no frame"):
        trained[0].lift(blind)


def test_joints_without_a_label_do_not_matter():
    view = labelled(64)[0]
    wrist = view.reference.joints.index("left_wrist")
    valid, wild = view.reference.valid.copy(), view.reference.positions.copy()
    valid[::2, wrist] = False
    wild[::2, wrist] = 1e5
    first, second = (
        train_supervised(
            [LabelledView(view.keypoints, replace(view.reference, positions=p, valid=valid))], QUICK
        ).lift(view.keypoints)
        for p in (view.reference.positions, wild)
    )
    assert np.array_equal(first.positions, second.positions)


def test_the_loss_is_the_mean_over_labelled_coordinates():
    predicted, labels = torch.ones(2, 3, 3), torch.zeros(2, 3, 3)
    valid = torch.tensor([[True, False, True], [False, False, False]])
    labels[0, 1] = torch.nan
    labels[0, 2] = 3.0
    assert masked_loss(predicted, labels, valid) == 2.5
    assert masked_loss(predicted, labels, valid & False) == 0


def test_a_training_depends_on_its_seed_alone():
    views = labelled(70)[:1]
    config = replace(QUICK, dropout=0.5)
    torch.manual_seed(1)
    first = train_supervised(views, config).lift(views[0].keypoints)
    torch.manual_seed(2)
    state = torch.get_rng_state()
    again = train_supervised(views, config).lift(views[0].keypoints)
    assert torch.equal(torch.get_rng_state(), state)
    other = train_supervised(views, replace(config, seed=1)).lift(views[0].keypoints)
    assert np.array_equal(first.positions, again.positions)
    assert not np.array_equal(first.positions, other.positions)


def test_a_loss_that_is_no_number():
    with pytest.raises(InputError, match="lower the learning rate"):
        train_supervised(labelled(64)[:1], replace(QUICK, learning_rate=float("inf")))
