"""The network of a lifter's errors: learned by likelihood, calibrated by one factor."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from canonpose.lifter.sigma import SigmaNetwork
from canonpose.skeleton import Skeleton
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors

ONE_SIGMA = math.erf(math.sqrt(0.5))
"""Share of a Gaussian's values within one standard deviation: 0.683."""
SMALLEST_SPREAD = 1e-3
"""Of an input; what hardly changes is not blown up."""


def negative_log_likelihood(
    errors: Float[Tensor, "*batch joint"],
    sigma: Float[Tensor, "*batch joint"],
    degrees: float,
) -> Float[Tensor, ""]:
    """Mean over joints of distances under half of Student's t of scale sigma, up to a constant.

    Parameters
    ----------
    errors : tensor [..., joint]
        Distances; NaN does not count.
    sigma : tensor [..., joint]
        In the same unit.
    degrees : float
        Of freedom.
    """
    known = errors.isfinite()
    ratio = (torch.where(known, errors, 0.0) / sigma).square()
    values = sigma.log() + (degrees + 1) / 2 * torch.log1p(ratio / degrees)
    return torch.where(known, values, 0.0).sum() / known.sum().clamp(min=1)


def fit_network(
    errors: LiftingErrors, skeleton: Skeleton, config: UncertaintyConfig
) -> SigmaNetwork:
    """Learn sigma from errors, not yet calibrated."""
    torch.manual_seed(config.seed)  # of the weights and of dropout
    generator = Generator().manual_seed(config.seed)
    network = SigmaNetwork(len(skeleton), skeleton.root_index, config.network)
    inputs = errors.features[:, :-1]
    network.mean.copy_(inputs.mean(0))
    network.spread.copy_(inputs.std(0).clamp(min=SMALLEST_SPREAD))
    _start_at_mean(network, errors)
    optimiser = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.epochs)
    for _ in range(config.epochs):
        for chosen in torch.randperm(len(errors), generator=generator).split(config.batch):
            optimiser.zero_grad()
            loss = negative_log_likelihood(
                errors.errors[chosen],
                network.uncalibrated(errors.features[chosen]),
                config.degrees,
            )
            loss.backward()
            optimiser.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def _start_at_mean(network: SigmaNetwork, errors: LiftingErrors) -> None:
    """Every joint's typical error as a multiple of how far the pose is off its 2D."""
    multiples = errors.errors / errors.features[:, -1:]
    last = network.layers[-1]
    assert isinstance(last, torch.nn.Linear)
    last.weight.mul_(0.1)
    last.bias.copy_(multiples.nanmedian(0).values.nan_to_num(1.0).clamp(min=1e-2).log())


def calibrating_factor(
    errors: Float[Tensor, "view joint"], sigma: Float[Tensor, "view joint"]
) -> float:
    """What to multiply sigma by, so that 68.3 % of all errors are within it."""
    ratios = (errors / sigma)[errors.isfinite()].double().numpy()
    return float(np.quantile(ratios, ONE_SIGMA)) if len(ratios) else 1.0


def share_within(errors: Float[Tensor, "view joint"], sigma: Float[Tensor, "view joint"]) -> float:
    """Share of errors that are within sigma."""
    return float((errors <= sigma)[errors.isfinite()].double().mean())
