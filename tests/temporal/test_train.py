from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.temporal import TemporalConfig
from canonpose.metrics import scale_aligned_acceleration_error, scale_aligned_errors
from canonpose.skeleton import layout
from canonpose.temporal import TemporalTraining, train_temporal
from canonpose.temporal.footage import rounds_of
from synthetic_people import RING3

from .solved_people import solved_people

TINY = TemporalTraining(
    TemporalConfig(window=9, width=32), rounds=6, cameras=3, batch=32, thinned_share=0.0
)


def lifter(skeleton, seed=0):
    torch.manual_seed(seed)
    return TrainedLifter(Lifter(len(skeleton), LifterConfig(width=16)), skeleton)


def test_learns_to_lift_and_says_how_far_it_is():
    footage, solved, worlds = solved_people()
    told = []
    untrained = lifter(solved.skeleton)
    temporal = train_temporal(solved, footage, untrained, TINY, progress=told.append)
    assert [one.round for one in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1].position < 0.6 * told[0].position
    view = footage.takes[0].views["c0"]
    truth = 1000 * worlds[0] @ RING3.rotations[0].T
    root = solved.skeleton.root_index
    errors = [
        scale_aligned_errors(lift(view, untrained, temporal=t).positions, truth, root=root).mean()
        for t in (None, temporal)
    ]
    assert errors[1] < 0.5 * errors[0]
    assert (
        scale_aligned_acceleration_error(
            lift(view, untrained, temporal=temporal).positions, truth, root=root
        )
        < 30
    )


def test_the_same_seed_gives_the_same_weights():
    footage, solved, _ = solved_people(frames=40)
    few = replace(TINY, rounds=2)
    first, second, other = (
        train_temporal(solved, footage, lifter(solved.skeleton), replace(few, seed=seed))
        for seed in (0, 0, 1)
    )
    weights = [one.network.inflate.weight for one in (first, second, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_labels_are_what_the_cameras_see():
    """Whatever the round and camera, labels seen weakly lie under the exact 2D positions."""
    footage, solved, _ = solved_people(frames=40)
    exact = replace(TINY, rounds=3, thinned_share=1.0)
    trained = lifter(solved.skeleton)
    for round_ in rounds_of(solved, footage, trained, exact):
        labels = round_.labels[..., :2].flatten(1)
        seen = round_.frames.positions.flatten(1)
        cosine = torch.nn.functional.cosine_similarity(labels, seen, dim=-1)
        assert cosine[round_.frames.usable].median() > 0.99


def test_gaps_teach_nothing():
    footage, solved, _ = solved_people(frames=40)
    take = solved.takes[0]
    positions, valid = take.positions.copy(), take.valid.copy()
    positions[5, 3], valid[5, 3] = np.nan, False
    broken = replace(solved, takes=(replace(take, positions=positions, valid=valid),))
    (round_,) = rounds_of(broken, footage, lifter(solved.skeleton), replace(TINY, rounds=1))
    assert (round_.weights[:, 3] == 0).sum() == TINY.cameras + len(footage.cameras)
    assert round_.labels.isfinite().all()


def test_other_joints_and_stills_are_refused():
    footage, solved, _ = solved_people(frames=40)
    with pytest.raises(InputError, match="other joints"):
        train_temporal(solved, footage, lifter(layout("body25")), TINY)
    _, still, _ = solved_people(frames=2)
    with pytest.raises(InputError, match="longer than two frames"):
        train_temporal(still, footage, lifter(solved.skeleton), TINY)
