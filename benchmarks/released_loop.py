"""The authors' training loop, stated again in plain words, for `canonpose bench train --against`.

What it does is described in docs/method.md (the preset ``released``); how it does it is what that
description suggests to somebody who writes it down camera by camera and subject by subject: one
dictionary of cameras a sample, put together to batches by PyTorch's loader, loops over cameras,
over pairs of them and over the subjects present, every loss term read back after every step.
None of it is the authors' code.

    canonpose bench train --against benchmarks/released_loop.py
"""

from collections.abc import Iterator, Sequence

import numpy as np
import roma
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

LEARNING_RATE, WEIGHT_DECAY = 1e-4, 1e-5
CAMERA_WEIGHT = 0.1


class Moments(Dataset):
    """One moment in all cameras at a time."""

    def __init__(self, positions: Tensor, scores: Tensor, subjects: Tensor):
        self.positions, self.scores, self.subjects = positions, scores, subjects

    def __len__(self) -> int:
        """How many moments."""
        return len(self.positions)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """The poses, confidences and subject of a moment."""
        sample = {"subject": self.subjects[index]}
        for camera in range(self.positions.shape[1]):
            sample[f"pose_{camera}"] = self.positions[index, camera]
            sample[f"confidence_{camera}"] = self.scores[index, camera]
        return sample


def reprojection_loss(detected: Tensor, projected: Tensor, confidences: Tensor) -> Tensor:
    """Confidence-weighted absolute differences of [pose, joint, 2], each of root mean square 1."""
    count = detected.shape[1] * 2
    detected_scale = detected.square().sum((1, 2), keepdim=True).div(count).sqrt()
    projected_scale = projected.square().sum((1, 2), keepdim=True).div(count).sqrt()
    gaps = (detected / detected_scale - projected / projected_scale).abs()
    return (gaps.sum(2) * confidences).sum() / (len(detected) * count)


def losses_of(
    detected: Sequence[Tensor],
    confidences: Sequence[Tensor],
    poses: Sequence[Tensor],
    rotations: Sequence[Tensor],
    subjects: Tensor,
    donors: dict[tuple[int, int], Tensor] | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Reprojection, view and camera terms; every sequence is by camera.

    Parameters
    ----------
    detected : sequence of tensor [sample, joint, 2]
    confidences : sequence of tensor [sample, joint]
    poses : sequence of tensor [sample, joint, 3]
        Canonical.
    rotations : sequence of tensor [sample, 3, 3]
    subjects : tensor [sample]
    donors : dict, optional
        By camera and subject, whose relative rotations the subject's samples are given: places
        among the subject's own samples. Drawn anew unless given.
    """
    cameras = range(len(detected))
    seen = [turned(rotations[camera], poses[camera]) for camera in cameras]
    reprojection = reprojection_loss(
        torch.cat(list(detected)),
        torch.cat([view[..., :2] for view in seen]),
        torch.cat(list(confidences)),
    )
    view_term = camera_term = detected[0].new_zeros(())
    for camera in cameras:
        others = [other for other in cameras if other != camera]
        mixed = [turned(rotations[other], poses[camera])[..., :2] for other in others]
        view_term = view_term + reprojection_loss(
            torch.cat([detected[other] for other in others]),
            torch.cat(mixed),
            torch.cat([confidences[other] for other in others]),
        )
        relative = [rotations[other] @ rotations[camera].transpose(1, 2) for other in others]
        for subject in sorted(set(subjects.tolist())):
            those = torch.nonzero(subjects == subject)[:, 0]
            if len(those) < 2:
                continue
            order = donors[camera, subject] if donors else freshly_permuted(len(those))
            exchanged = [
                turned(turn[those][order], seen[camera][those])[..., :2] for turn in relative
            ]
            camera_term = camera_term + reprojection_loss(
                torch.cat([detected[other][those] for other in others]),
                torch.cat(exchanged),
                torch.cat([confidences[other][those] for other in others]),
            )
    return reprojection, view_term, camera_term


def one_by_one(detected: Sequence[Tensor], confidences: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """What the network takes, filled in pose by pose, all poses of a camera in a row."""
    cameras, samples = len(detected), len(detected[0])
    poses = detected[0].new_zeros(cameras * samples, *detected[0].shape[1:])
    scores = confidences[0].new_zeros(cameras * samples, confidences[0].shape[1])
    for camera in range(cameras):
        for sample in range(samples):
            poses[camera * samples + sample] = detected[camera][sample]
            scores[camera * samples + sample] = confidences[camera][sample]
    return poses, scores


def turned(rotation: Tensor, pose: Tensor) -> Tensor:
    """Every pose [joint, 3] by its rotation."""
    return torch.matmul(rotation, pose.transpose(1, 2)).transpose(1, 2)


def freshly_permuted(count: int) -> Tensor:
    """By a generator that is made for this one permutation."""
    return torch.from_numpy(np.random.default_rng().permutation(count))


class PlainLifter(nn.Module):
    """Fig. 3 as the authors' code has it: a pose and its confidences to a pose and a rotation."""

    def __init__(self, joints: int, width: int):
        super().__init__()
        self.joints = joints
        self.upscale = nn.Linear(3 * joints, width)
        self.common = PlainBlock(width)
        self.pose_path = nn.ModuleList([PlainBlock(width), PlainBlock(width)])
        self.rotation_path = nn.ModuleList([PlainBlock(width), PlainBlock(width)])
        self.pose_head = nn.Linear(width, 3 * joints)
        self.rotation_head = nn.Linear(width, 3)

    def forward(self, pose: Tensor, confidence: Tensor) -> tuple[Tensor, Tensor]:
        """[view, joint, 2] and [view, joint] to [view, joint, 3] and [view, 3, 3]."""
        common = self.common(self.upscale(torch.cat([pose.flatten(1), confidence], dim=1)))
        first, second = self.pose_path
        lifted = self.pose_head(second(first(common)))
        first, second = self.rotation_path
        axis_angle = self.rotation_head(second(first(common)))
        return lifted.reshape(-1, self.joints, 3), roma.rotvec_to_rotmat(axis_angle)


class PlainBlock(nn.Module):
    """Two layers and what entered them."""

    def __init__(self, width: int):
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.activation = nn.LeakyReLU()

    def forward(self, features: Tensor) -> Tensor:
        """[view, width] to the same."""
        inner = self.activation(self.first(features))
        inner = self.activation(self.second(inner))
        return self.activation(inner + features)


class Loop:
    """A training that goes on for as long as it is asked to.

    Parameters
    ----------
    positions : tensor [sample, camera, joint, 2]
        Normalised 2D poses, on the CPU.
    scores : tensor [sample, camera, joint]
    subjects : tensor [sample]
    width : int
        Of the network.
    batch : int
        Samples a step.
    device : torch.device
    """

    def __init__(
        self,
        positions: Tensor,
        scores: Tensor,
        subjects: Tensor,
        width: int,
        batch: int,
        device: torch.device,
    ):
        self.device = device
        self.cameras = positions.shape[1]
        self.network = PlainLifter(positions.shape[2], width).to(device)
        self.optimiser = torch.optim.Adam(
            self.network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY
        )
        self.loader = DataLoader(
            Moments(positions, scores, subjects), batch_size=batch, shuffle=True, drop_last=True
        )
        self.batches = self._for_ever()
        self.history: list[dict[str, float]] = []

    def _for_ever(self) -> Iterator[dict[str, Tensor]]:
        while True:
            yield from self.loader

    def step(self) -> None:
        """One step of the optimiser, its losses noted."""
        batch = {name: value.to(self.device) for name, value in next(self.batches).items()}
        cameras = range(self.cameras)
        detected = [batch[f"pose_{camera}"] for camera in cameras]
        confidences = [batch[f"confidence_{camera}"] for camera in cameras]
        poses, rotations = self.network(*one_by_one(detected, confidences))
        reprojection, view, camera = losses_of(
            detected,
            confidences,
            poses.chunk(self.cameras),
            rotations.chunk(self.cameras),
            batch["subject"],
        )
        total = reprojection + view + CAMERA_WEIGHT * camera
        self.optimiser.zero_grad()
        total.backward()
        self.optimiser.step()
        terms = {"reprojection": reprojection, "view": view, "camera": camera, "total": total}
        self.history.append({name: term.item() for name, term in terms.items()})
