import torch

from canonpose.training.randomness import seeded_weights


def weights(seed):
    with seeded_weights(seed):
        return torch.nn.Linear(3, 2).weight


def test_weights_depend_on_the_seed_alone():
    first = weights(0)
    torch.rand(5)
    assert torch.equal(weights(0), first)
    assert not torch.equal(weights(1), first)


def test_whoever_draws_outside_is_not_disturbed():
    torch.manual_seed(7)
    undisturbed = torch.rand(3)
    torch.manual_seed(7)
    weights(0)
    assert torch.equal(torch.rand(3), undisturbed)
