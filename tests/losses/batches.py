"""Random batches for the losses, perfect ones, and how losses are written out by hand."""

from dataclasses import dataclass, replace

import numpy as np
import roma
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from canonpose.geometry.normalisation import normalise
from canonpose.losses import LossConfig, Losses, TargetBatch, objective


@dataclass(frozen=True)
class Batch:
    """What `objective` compares, and what with."""

    target: Tensor
    scores: Tensor
    poses: Tensor
    rotation: Tensor

    def changed(self, **changes: Tensor) -> "Batch":
        return replace(self, **changes)

    def losses(self, config: LossConfig = LossConfig(), **more) -> Losses:  # noqa: B008
        if "rigs" in more:
            more.setdefault("generator", torch.Generator().manual_seed(3))
        known = {name: more.pop(name) for name in TargetBatch._fields if name in more}
        targets = TargetBatch(self.target, self.scores, **known)
        return objective(targets, self.poses, self.rotation, config, **more)


def random_batch(samples=5, views=3, joints=6, seed=0) -> Batch:
    """Predictions that have nothing to do with the detections; the first joint is the root."""
    random = torch.Generator().manual_seed(seed)
    positions = torch.randn(samples, views, joints, 2, generator=random, dtype=torch.float64)
    scores = 0.1 + 0.9 * torch.rand(samples, views, joints, generator=random, dtype=torch.float64)
    poses = torch.randn(samples, views, joints, 3, generator=random, dtype=torch.float64)
    vectors = torch.randn(samples, views, 3, generator=random, dtype=torch.float64)
    target, scores, _ = normalise(positions, scores, 0)
    return Batch(target, scores, poses, roma.rotvec_to_rotmat(vectors))


def perfect_batch(samples=5, views=3, joints=6, seed=0, rigs=None) -> Batch:
    """Weak-perspective images of root-centred poses, with the true poses and static rotations."""
    rigs = torch.zeros(samples, dtype=torch.int64) if rigs is None else rigs
    random = np.random.default_rng(seed)
    canonical = torch.tensor(random.normal(size=(samples, joints, 3)))
    canonical = canonical - canonical[:, :1]
    heading = torch.tensor(Rotation.random(samples, rng=random).as_matrix())
    cameras = torch.tensor(
        Rotation.random(views * (int(rigs.max()) + 1), rng=random).as_matrix()
    ).unflatten(0, (-1, views))
    rotation = cameras[rigs] @ heading[:, None]
    # Scale is free, so let every view predict its own.
    size = torch.tensor(random.uniform(0.5, 2, (samples, views, 1, 1)))
    image = (canonical[:, None] @ rotation.mT)[..., :2]
    scores = torch.tensor(random.uniform(0.1, 1, (samples, views, joints)))
    target, scores, _ = normalise(image * 300 + 900, scores, 0)
    return Batch(target, scores, size * canonical[:, None], rotation)


def pose_loss(target, projected, scores, norm):
    """Equation 5 of one pose, and how many coordinates went into it: plain loops."""
    seen = [joint for joint in range(len(scores)) if scores[joint] > 0]
    if not seen:
        return 0.0, 0
    divide = {"frobenius": 1.0, "rms": 2.0 * len(seen)}[norm]
    size_target = np.sqrt(sum(target[j][a] ** 2 for j in seen for a in (0, 1)) / divide)
    size_projected = np.sqrt(sum(projected[j][a] ** 2 for j in seen for a in (0, 1)) / divide)
    total = 0.0
    for joint in seen:
        for axis in (0, 1):
            gap = target[joint][axis] / size_target - projected[joint][axis] / size_projected
            total += abs(gap) * scores[joint]
    return total, 2 * len(seen)


class ByHand:
    """Every term of the objective by loops over samples, cameras and subjects, all joints seen."""

    def __init__(self, batch: Batch, norm: str):
        self.target, self.scores = batch.target.numpy(), batch.scores.numpy()
        self.poses, self.rotation = batch.poses.numpy(), batch.rotation.numpy()
        self.samples, self.views = self.target.shape[:2]
        self.norm = norm

    def reproject(self, sample, target_view, in_target):
        """(total, coordinates) of a camera-frame pose against what a view saw."""
        return pose_loss(
            self.target[sample, target_view],
            in_target[:, :2],
            self.scores[sample, target_view],
            self.norm,
        )

    def turned(self, rotation, pose):
        return np.array([rotation @ joint for joint in pose])

    def pair(self, sample, source, target):
        """The pose that one view predicts, by the rotation that another predicts."""
        in_target = self.turned(self.rotation[sample, target], self.poses[sample, source])
        return self.reproject(sample, target, in_target)

    def exchanged(self, sample, donor, reference, target):
        """Equation 8."""
        relative = self.rotation[donor, target] @ self.rotation[donor, reference].T
        in_reference = self.turned(self.rotation[sample, reference], self.poses[sample, reference])
        return self.reproject(sample, target, self.turned(relative, in_reference))

    def others(self, view):
        return [other for other in range(self.views) if other != view]


def element_mean(parts):
    """As the authors' code: the sum over everything, divided by the number of coordinates."""
    parts = list(parts)
    return sum(total for total, _ in parts) / sum(count for _, count in parts)


def pose_mean(parts):
    """As the paper's equations: the L1 norm of a pose, averaged over poses."""
    parts = list(parts)
    return sum(total for total, _ in parts) / len(parts)
