"""The loop that training is compared with computes what the preset ``released`` computes."""

from pathlib import Path

import pytest
import torch

from canonpose.benchmarking.made_up import made_up_samples
from canonpose.benchmarking.rival import load_rival
from canonpose.errors import InputError
from canonpose.lifter import LifterConfig
from canonpose.losses.permutation import permutations_within_groups
from canonpose.skeleton import layout
from canonpose.training import preset
from canonpose.training.randomness import STEP, generator_for
from canonpose.training.trainer import Trainer

RELEASED = Path(__file__).parents[2] / "benchmarks" / "released_loop.py"
CPU = torch.device("cpu")
SKELETON = layout("coco17")
BATCH, VIEWS, WIDTH = 32, 4, 24


@pytest.fixture
def samples():
    return made_up_samples(BATCH, VIEWS, SKELETON)


def in_plain_words(network):
    """The weights of our network under the names of the plain one."""
    renamed = {}
    for name, value in network.state_dict().items():
        renamed[name.replace("common.0.", "common.")] = value
    return renamed


def places_among_own(donors, subjects):
    """Our exchange, as the plain loop takes it: by camera and subject."""
    by_subject = {}
    for subject in sorted(set(subjects.tolist())):
        those = (subjects == subject).nonzero()[:, 0].tolist()
        for camera, order in enumerate(donors.tolist()):
            chosen = [those.index(order[sample]) for sample in those]
            by_subject[camera, subject] = torch.tensor(chosen)
    return by_subject


def test_losses_of_a_step_agree(samples):
    config = preset("released", lifter=LifterConfig(width=WIDTH), batch=BATCH)
    trainer = Trainer(samples, SKELETON, config, True, CPU)
    loop = load_rival(RELEASED, samples, WIDTH, BATCH, CPU)
    loop.network.load_state_dict(in_plain_words(trainer.network))
    chosen = trainer._batch_indices(0)
    subjects = samples.rigs[chosen]
    generator = generator_for(config.seed, STEP, 0)
    torch.rand(BATCH, VIEWS, generator=generator)  # of an augmentation that does nothing
    donors = permutations_within_groups(subjects, VIEWS, generator, fixed_points=True)
    detected, confidences = samples.positions[chosen].unbind(1), samples.scores[chosen].unbind(1)
    poses, rotations = loop.network(torch.cat(detected), torch.cat(confidences))
    losses_of = type(loop).step.__globals__["losses_of"]
    plain = losses_of(
        detected,
        confidences,
        poses.chunk(VIEWS),
        rotations.chunk(VIEWS),
        subjects,
        places_among_own(donors, subjects),
    )
    ours = trainer.advance()
    for term, value in zip(("reprojection", "view", "camera"), plain, strict=True):
        assert getattr(ours, term).item() == pytest.approx(value.item(), rel=1e-4)


def test_the_loop_learns(samples):
    torch.manual_seed(0)
    loop = load_rival(RELEASED, samples, WIDTH, BATCH, CPU)
    for _ in range(30):
        loop.step()
    totals = [losses["total"] for losses in loop.history]
    assert len(totals) == 30
    assert totals[-1] < totals[0]


def test_a_file_that_is_no_loop_is_refused(samples, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        load_rival(tmp_path / "none.py", samples, WIDTH, BATCH, CPU)
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(InputError, match="has no class Loop"):
        load_rival(tmp_path / "empty.py", samples, WIDTH, BATCH, CPU)
