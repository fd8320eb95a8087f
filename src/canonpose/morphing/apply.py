"""Morph keypoints, and what that does to a data set."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.errors import InputError
from canonpose.geometry.normalisation import normalise
from canonpose.lifter.footage import batches_of
from canonpose.morphing.network import MorphingNetwork
from canonpose.morphing.samples import name_of, normalised, same_joints
from canonpose.morphing.trained import TrainedMorphing
from canonpose.skeleton import convert


@torch.no_grad()
def apply_morphing(keypoints: Keypoints, morphing: TrainedMorphing) -> Keypoints:
    """Bring one camera's keypoints to the target skeleton, frame by frame.

    The body stays where it is and as large as it is: in each frame the target's root lies where
    conversion by name puts it (on the source's root, if conversion cannot give it), and the joints
    that conversion gives keep their common distance from it (root mean square). Where the source's
    root or the target's is not seen, the frame is missing; where a joint of the target is the
    conversion of a joint that is missing, it stays missing. For confidences see
    `MorphingNetwork.morphed_scores`.

    Parameters
    ----------
    keypoints : Keypoints
        Of the morphing's source skeleton.
    morphing : TrainedMorphing

    Returns
    -------
    Keypoints
        Of the target skeleton, in pixels.

    Raises
    ------
    InputError
        If the keypoints are of another skeleton.
    """
    network = morphing.network
    if not same_joints(keypoints.skeleton, network.source):
        raise InputError(
            f"{name_of(keypoints)}: has the skeleton {keypoints.skeleton.name!r} "
            f"({len(keypoints.skeleton.detected)} joints), but the morphing leads from "
            f"{network.source.name!r} ({len(network.source.detected)} joints); give keypoints of "
            f"the detector that it was learned for."
        )
    detected = normalised([keypoints])
    device = network.head.weight.device
    moved = [_in_place(network, *part) for part in batches_of(detected, device)]
    positions = torch.cat([positions.cpu() for positions, _ in moved])
    scores = torch.cat([scores.cpu() for _, scores in moved])
    root = keypoints.positions[:, keypoints.skeleton.root_index, None].astype(np.float32)
    pixels = torch.from_numpy(root) + positions * detected.scale[:, None, None]
    pixels = torch.where(scores[..., None] > 0, pixels, torch.nan)
    return replace(
        keypoints, positions=pixels.numpy(), scores=scores.numpy(), skeleton=network.target
    )


def _in_place(
    network: MorphingNetwork,
    positions: Float[Tensor, "frame source_joint 2"],
    scores: Float[Tensor, "frame source_joint"],
) -> tuple[Float[Tensor, "frame target_joint 2"], Float[Tensor, "frame target_joint"]]:
    """Morphed poses in the frame and unit of the normalised detections, and confidences."""
    root = network.target.root_index
    morphed = network(positions, scores)
    start, given = network.converted(positions, scores)
    shared = torch.where(morphed.scores > 0, given, 0.0)
    before = normalise(start, shared, root).scale
    after = normalise(morphed.positions, shared, root).scale
    size = torch.where((shared > 0).sum(-1) > 1, before / after, 1.0)
    moved = morphed.positions * size[..., None, None] + start[..., root : root + 1, :]
    return moved, morphed.scores


def morphed_take(take: Take, morphing: TrainedMorphing) -> Take:
    """A take with every view morphed."""
    views = {camera: apply_morphing(view, morphing) for camera, view in take.views.items()}
    return replace(take, views=views)


def morphed_capture(capture: Capture, morphing: TrainedMorphing) -> Capture:
    """A capture with every view morphed, to train on."""
    takes = tuple(morphed_take(take, morphing) for take in capture.takes)
    return replace(capture, takes=takes, skeleton=morphing.target)


def morphed(dataset: Dataset, morphing: TrainedMorphing) -> Dataset:
    """A data set with all detections morphed; its exact 2D is converted by name where need be.

    Raises
    ------
    InputError
        If its detections are of another skeleton than the morphing's source.
    """

    def change(labelled: LabelledTake) -> LabelledTake:
        truth = {c: _converted(view, morphing) for c, view in labelled.truth_2d.items()}
        return replace(labelled, take=morphed_take(labelled.take, morphing), truth_2d=truth)

    note = f"detections were morphed from {morphing.source.name!r} to {morphing.target.name!r}"
    return replace(
        dataset,
        training=tuple(map(change, dataset.training)),
        test=tuple(map(change, dataset.test)),
        morphing=tuple(map(change, dataset.morphing)),
        skeleton=morphing.target,
        notes=(*dataset.notes, note),
    )


def _converted(view: Keypoints, morphing: TrainedMorphing) -> Keypoints:
    if same_joints(view.skeleton, morphing.target):
        return view
    positions, scores = convert(view.positions, view.scores, view.skeleton, morphing.target)
    return replace(view, positions=positions, scores=scores, skeleton=morphing.target)
