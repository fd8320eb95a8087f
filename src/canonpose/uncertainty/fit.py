"""The network of a lifter's errors: learned by likelihood, calibrated by one factor."""

import math

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
    label_sigma: Float[Tensor, "*batch joint"],
    degrees: float,
) -> Float[Tensor, ""]:
    """Mean over joints of distances under half of Student's t, up to a constant.

    The scale is the root of the squares of sigma and of the label's own: what the label is off is
    not the lifter's error.

    Parameters
    ----------
    errors : tensor [..., joint]
        Distances; NaN does not count.
    sigma, label_sigma : tensor [..., joint]
        In the same unit.
    degrees : float
        Of freedom.
    """
    known = errors.isfinite()
    square = sigma.square() + label_sigma.square()
    ratio = torch.where(known, errors, 0.0).square() / square
    values = square.log() / 2 + (degrees + 1) / 2 * torch.log1p(ratio / degrees)
    return torch.where(known, values, 0.0).sum() / known.sum().clamp(min=1)


def fit_network(
    errors: LiftingErrors, skeleton: Skeleton, config: UncertaintyConfig
) -> SigmaNetwork:
    """Learn sigma from errors, not yet calibrated."""
    torch.manual_seed(config.seed)  # of the weights and of dropout
    generator = Generator().manual_seed(config.seed)
    network = SigmaNetwork(len(skeleton), skeleton.root_index, config.network)
    network.mean.copy_(errors.features.mean(0))
    network.spread.copy_(errors.features.std(0).clamp(min=SMALLEST_SPREAD))
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
                errors.label_sigma[chosen],
                config.degrees,
            )
            loss.backward()
            optimiser.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def _start_at_mean(network: SigmaNetwork, errors: LiftingErrors) -> None:
    """Every joint's typical error, whatever the input."""
    last = network.layers[-1]
    assert isinstance(last, torch.nn.Linear)
    last.weight.mul_(0.1)
    last.bias.copy_(errors.errors.nanmedian(0).values.nan_to_num(1.0).clamp(min=1e-3).log())


def calibrating_factor(
    errors: Float[Tensor, "view joint"],
    sigma: Float[Tensor, "view joint"],
    label_sigma: Float[Tensor, "view joint"],
) -> float:
    """What to multiply sigma by, so that 68.3 % of all errors are within it.

    An error is within, where its square less the label's own is below sigma's.
    """
    known = errors.isfinite()
    ratios = ((errors.square() - label_sigma.square()) / sigma.square())[known]
    return float(ratios.quantile(ONE_SIGMA).clamp(min=1e-12).sqrt()) if len(ratios) else 1.0


def share_within(
    errors: Float[Tensor, "view joint"],
    sigma: Float[Tensor, "view joint"],
    label_sigma: Float[Tensor, "view joint"],
) -> float:
    """Share of errors that are within sigma and the label's own."""
    known = errors.isfinite()
    inside = errors.square() <= sigma.square() + label_sigma.square()
    return float(inside[known].double().mean())
