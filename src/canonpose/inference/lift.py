"""One camera's 2D keypoints to 3D poses."""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.datamodel import Keypoints, Poses
from canonpose.device import choose_device
from canonpose.geometry.normalisation import NormalisedPoses
from canonpose.geometry.projection import rotate
from canonpose.inference.body_scale import body_size, segments_of
from canonpose.lifter.footage import footage_for
from canonpose.lifter.joints import size_of_subject
from canonpose.lifter.trained import TrainedLifter

BATCH = 8192
"""Poses a pass; bounds the memory of long recordings."""


@torch.no_grad()
def lift(
    keypoints: Keypoints,
    lifter: TrainedLifter,
    *,
    subject_height: float | None = None,
    device: str = "auto",
) -> Poses:
    """Lift every frame of one camera's keypoints by itself.

    Each pose is scaled to the same body size, since one view does not tell it: to the height of 1,
    or to ``subject_height``. Frames in which the root joint is not seen are NaN.

    Parameters
    ----------
    keypoints : Keypoints
        Of any skeleton that has the lifter's joints by name; missing ones are guessed, with a
        warning.
    lifter : TrainedLifter
    subject_height : float, optional
        Standing height in metres; makes the result metric.
    device : str
        "auto", "cpu", "cuda", ...

    Returns
    -------
    Poses
        In the camera's frame (x right, y down, z away), relative to the root joint.

    Raises
    ------
    InputError
        If the keypoints lack the root joint altogether, or the height is no length.
    """
    units = segments_of(lifter.skeleton).units
    height, units = size_of_subject(subject_height, units, lifter.skeleton)
    positions, scores, normalised, unseen = footage_for(keypoints, lifter.skeleton)
    where = choose_device(device)
    lifter.to(where)
    root = lifter.skeleton.root_index
    parts = zip(normalised.positions.split(BATCH), normalised.scores.split(BATCH), strict=True)
    lifted = [lifter.network(part.to(where), score.to(where)) for part, score in parts]
    canonical = torch.cat([poses.cpu() for poses, _ in lifted])
    rotation = torch.cat([turn.cpu() for _, turn in lifted])
    canonical = canonical - canonical[:, root : root + 1]
    size, _ = body_size(canonical, lifter.skeleton)
    canonical = canonical / size[:, None, None]
    canonical[unseen], rotation[unseen] = torch.nan, torch.nan
    in_camera = rotate(rotation, canonical)
    sigma = _sigma(lifter, normalised, in_camera)
    return Poses(
        positions=(in_camera * height).numpy(),
        scores=scores,
        canonical=(canonical * height).numpy(),
        rotation=rotation.numpy(),
        keypoints=positions,
        skeleton=lifter.skeleton,
        units=units,
        fps=keypoints.fps,
        image_size=keypoints.image_size,
        camera=keypoints.camera,
        source=keypoints.source,
        person=keypoints.person,
        sigma=None if sigma is None else (sigma * height).numpy(),
    )


def _sigma(
    lifter: TrainedLifter, normalised: NormalisedPoses, lifted: Float[Tensor, "frame joint 3"]
) -> Float[Tensor, "frame joint"] | None:
    """In body sizes, NaN where there is no pose; None without a network of the lifter's errors."""
    if lifter.uncertainty is None:
        return None
    network = lifter.uncertainty.network.cpu()
    sigma = network(normalised.positions, normalised.scores, lifted.nan_to_num())
    return torch.where(lifted.isfinite().all(-1), sigma, torch.nan)
