import numpy as np
import torch

from canonpose.morphing import MorphingConfig, MorphingNetwork, MorphingNetworkConfig
from canonpose.morphing.augmentation import varied
from canonpose.morphing.samples import samples_of

from .shifted_people import ROUGH, TRUE, pairs

NETWORK = MorphingNetwork(ROUGH, TRUE, MorphingNetworkConfig(width=4))
SAMPLES = samples_of(pairs([0], frames=20))
EVERY = torch.arange(len(SAMPLES))


def test_nothing_varies_unless_asked():
    same = varied(SAMPLES, EVERY, NETWORK, MorphingConfig(flip=False, rotation=0.0), 3)
    assert torch.allclose(same.positions, SAMPLES.positions)
    assert torch.allclose(same.truth, SAMPLES.truth)


def test_detection_and_truth_turn_alike():
    turned = varied(SAMPLES, EVERY, NETWORK, MorphingConfig(flip=False, rotation=40.0), 3)
    angles = []
    for before, after in (
        (SAMPLES.positions, turned.positions),
        (SAMPLES.truth, turned.truth),
    ):
        one, other = (torch.view_as_complex(p.contiguous()) for p in (before, after))
        angles.append((one.conj() * other).sum(-1).angle().rad2deg())
        assert torch.allclose(before.norm(dim=(1, 2)), after.norm(dim=(1, 2)), atol=1e-6)
    assert torch.allclose(angles[0], angles[1], atol=0.01)
    assert 20 < angles[0].abs().max() <= 40.01
    assert angles[0].unique().numel() > 10


def test_flips_swap_sides():
    seen = varied(SAMPLES, EVERY, NETWORK, MorphingConfig(flip=True, rotation=0.0), 3)
    flipped = (seen.truth - SAMPLES.truth).abs().amax((1, 2)) > 1e-6
    assert 0.2 < flipped.float().mean() < 0.8
    mirror = torch.tensor([-1.0, 1.0])
    for before, after, skeleton in (
        (SAMPLES.positions, seen.positions, ROUGH),
        (SAMPLES.truth, seen.truth, TRUE),
    ):
        swapped = before[:, skeleton.mirror_indices] * mirror
        assert torch.allclose(after[flipped], swapped[flipped])
    at = ROUGH.index
    marked = SAMPLES.scores.clone()
    marked[:, at("left_wrist")] = 0.5
    changed = type(SAMPLES)(SAMPLES.positions, marked, SAMPLES.truth, SAMPLES.truth_scores)
    scores = varied(changed, EVERY, NETWORK, MorphingConfig(flip=True, rotation=0.0), 3).scores
    assert np.all(scores[flipped, at("right_wrist")].numpy() == 0.5)
    assert np.all(scores[~flipped, at("left_wrist")].numpy() == 0.5)


def test_the_step_decides():
    config = MorphingConfig()
    first, again, other = (varied(SAMPLES, EVERY, NETWORK, config, step) for step in (1, 1, 2))
    assert torch.equal(first.positions, again.positions)
    assert not torch.equal(first.positions, other.positions)
