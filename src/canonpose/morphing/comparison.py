"""How far detections are from the truth, converted by name and morphed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.morphing.objective import distances
from canonpose.morphing.samples import Pair, samples_of
from canonpose.morphing.trained import TrainedMorphing


@dataclass(frozen=True, eq=False)
class MorphingErrors:
    """Distances to the truth, of root-centred poses of unit Frobenius norm; NaN where unknown.

    Both are taken over the same joints: those that conversion by name gives as well.
    """

    plain: Float[np.ndarray, "sample joint"]
    """Of detections converted by name."""
    morphed: Float[np.ndarray, "sample joint"]
    added: Float[np.ndarray, "sample joint"]
    """Of morphed joints which conversion cannot give; the pose is normalised over all."""
    joints: tuple[str, ...]

    def means(self) -> tuple[float, float]:
        """Mean plain and morphed error over all joints but the root."""
        return float(np.nanmean(self.plain)), float(np.nanmean(self.morphed))


@torch.no_grad()
def morphing_errors(pairs: Sequence[Pair], morphing: TrainedMorphing) -> MorphingErrors:
    """Compare detections with the truth, before and after a morphing.

    Raises
    ------
    InputError
        If the pairs do not fit each other.
    """
    network = morphing.network
    samples = samples_of(pairs).to(network.head.weight.device)
    root = network.target.root_index
    ours = network.morphed(samples.positions, samples.scores)
    start, given = network.converted(samples.positions, samples.scores)
    shared = torch.where(given > 0, samples.truth_scores, 0.0)

    def errors(poses: tuple[Tensor, Tensor], known: Tensor) -> np.ndarray:
        apart, weights = distances(*poses, samples.truth, known, root)
        apart[weights == 0] = torch.nan
        apart[:, root] = torch.nan
        return apart.cpu().numpy()

    added = errors(ours, samples.truth_scores)
    added[:, (given > 0).any(0).cpu().numpy()] = np.nan
    return MorphingErrors(
        errors((start, given), shared), errors(ours, shared), added, network.target.joints
    )
