"""Calibration crossed over the parts of the footage, and whether it holds on what is new."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.lifter.sigma import SigmaNetwork
from canonpose.skeleton import Skeleton
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors
from canonpose.uncertainty.fit import calibrating_factor, fit_network, share_within


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A network of all parts, which is calibrated by networks of all but one each."""

    network: SigmaNetwork
    factor: float
    """By which the network's sigma was multiplied."""
    shares: list[float]
    """Of each part's errors, within what the others say."""

    @torch.no_grad()
    def sigma(self, errors: LiftingErrors) -> Float[Tensor, "view joint"]:
        """Calibrated, of other views."""
        return self.network.scale * self.network.uncalibrated(errors.features)


def calibrated(
    parts: Sequence[LiftingErrors], skeleton: Skeleton, config: UncertaintyConfig
) -> Calibrated:
    """Learn from all parts; one factor makes 68.3 % of errors lie within what the others say.

    Parameters
    ----------
    parts : sequence of LiftingErrors
        Two or more, each of a lifter that never saw it.
    skeleton : Skeleton
    config : UncertaintyConfig
    """
    sigmas = []
    for place, part in enumerate(parts):
        others = [other for number, other in enumerate(parts) if number != place]
        network = fit_network(LiftingErrors.concatenated(others), skeleton, config)
        with torch.no_grad():
            sigmas.append(network.uncalibrated(part.features))
    every = LiftingErrors.concatenated(parts)
    factor = calibrating_factor(every.errors, torch.cat(sigmas))
    network = fit_network(every, skeleton, config)
    network.scale.fill_(factor)
    shares = [
        share_within(part.errors, factor * sigma) for part, sigma in zip(parts, sigmas, strict=True)
    ]
    return Calibrated(network, factor, shares)


def transferred(
    rehearsed: Sequence[Calibrated], new: Sequence[LiftingErrors]
) -> tuple[float, list[float]]:
    """A factor by which 68.3 % of errors on new footage lie within sigma, and each part's share.

    Calibration compares lifters of the same footage; the one that is finally judged has seen more,
    and is closer to its 2D without being as much closer to the truth.

    Parameters
    ----------
    rehearsed : sequence of Calibrated
        What was learned without each part.
    new : sequence of LiftingErrors
        On that part.
    """
    sigmas = [known.sigma(part) for known, part in zip(rehearsed, new, strict=True)]
    errors = [part.errors for part in new]
    factor = calibrating_factor(torch.cat(errors), torch.cat(sigmas))
    shares = [
        share_within(error, factor * sigma) for error, sigma in zip(errors, sigmas, strict=True)
    ]
    return factor, shares
