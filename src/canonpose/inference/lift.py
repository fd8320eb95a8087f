"""One camera's 2D keypoints to 3D poses."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.datamodel import Keypoints, Poses
from canonpose.device import choose_device
from canonpose.geometry.normalisation import NormalisedPoses
from canonpose.geometry.projection import rotate
from canonpose.inference.body_scale import segments_of
from canonpose.inference.frames import lifted_frames
from canonpose.inference.over_time import joined_over_time
from canonpose.lifter.footage import footage_for
from canonpose.lifter.poses import poses_of
from canonpose.lifter.subject_height import size_of_subject
from canonpose.lifter.temporal.trained import TrainedTemporal
from canonpose.lifter.trained import TrainedLifter


@torch.no_grad()
def lift(
    keypoints: Keypoints,
    lifter: TrainedLifter,
    *,
    temporal: TrainedTemporal | None = None,
    causal: bool = False,
    subject_height: float | None = None,
    device: str = "auto",
) -> Poses:
    """Lift every frame of one camera's keypoints, by itself or with those around it.

    Each pose is scaled to the same body size, since one view does not tell it: to the height of 1,
    or to ``subject_height``. Frames in which the root joint is not seen are NaN.

    Parameters
    ----------
    keypoints : Keypoints
        Of any skeleton that has the lifter's joints by name; missing ones are guessed, with a
        warning.
    lifter : TrainedLifter
    temporal : TrainedTemporal, optional
        Of the same joints (`canonpose.temporal_of`); joins the frames of a video over time.
    causal : bool
        Let ``temporal`` look at no later frame, as live.
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
        If the keypoints lack the root joint altogether, ``temporal`` has other joints, or the
        height is no length.
    """
    units = segments_of(lifter.skeleton).units
    height, units = size_of_subject(subject_height, units, lifter.skeleton)
    seen, normalised, unseen = footage_for(keypoints, lifter.skeleton)
    where = choose_device(device)
    lifted = lifted_frames(normalised, lifter, where)
    canonical, rotation = lifted.canonical, lifted.rotation
    if temporal is not None:
        temporal.check_fits(lifter)
        over_time = joined_over_time(
            temporal,
            normalised,
            lifted.in_camera,
            ~unseen,
            fps=keypoints.fps,
            times=keypoints.times,
            causal=causal,
            device=where,
        )
        canonical = rotate(rotation.mT, over_time)
    canonical[unseen], rotation[unseen] = torch.nan, torch.nan
    in_camera = rotate(rotation, canonical)
    sigma = _sigma(lifter, normalised, lifted.in_camera, unseen)
    return poses_of(
        seen,
        in_camera.numpy(),
        canonical.numpy(),
        rotation.numpy(),
        units=units,
        size=height,
        sigma=None if sigma is None else sigma.numpy(),
    )


def _sigma(
    lifter: TrainedLifter,
    normalised: NormalisedPoses,
    lifted: Float[Tensor, "frame joint 3"],
    unseen: Bool[Tensor, " frame"],
) -> Float[Tensor, "frame joint"] | None:
    """Of single frames, in body sizes; None without a network of the lifter's errors."""
    if lifter.uncertainty is None:
        return None
    network = lifter.uncertainty.network.cpu()
    sigma = network(normalised.positions, normalised.scores, lifted)
    return torch.where(unseen[:, None], torch.nan, sigma)
