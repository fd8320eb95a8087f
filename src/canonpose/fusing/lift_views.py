"""Several views of the same moments to one 3D pose for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from canonpose.datamodel import Keypoints, Poses
from canonpose.errors import InputError
from canonpose.fusing.calibrated import triangulated
from canonpose.fusing.in_camera import as_poses, filled, of_one_size
from canonpose.fusing.in_world import as_take, sigma_about_root
from canonpose.fusing.lifted import LiftedTake, lifted_take
from canonpose.fusing.rig import KnownRig
from canonpose.fusing.rotations import EveryRotation, moving_rotations, static_rotations
from canonpose.fusing.uncalibrated import FusionConfig, fused_poses
from canonpose.inference.lift import lift
from canonpose.lifter.subject_height import check_height
from canonpose.lifter.trained import TrainedLifter
from canonpose.skeleton.convert import complete
from canonpose.solving.solved import SolvedTake

ASSUMED_FPS = 25.0
"""Where the footage does not tell."""


@dataclass(frozen=True, eq=False)
class Fused:
    """Several views as one pose for every moment."""

    poses: Poses
    """In the frame of one camera, about the root joint, with that camera's keypoints."""
    world: SolvedTake | None = None
    """The same in the rig's world, with places, where the cameras' places are known; only what two
    views or more fix."""


def lift_views(
    views: Mapping[str, Keypoints],
    lifter: TrainedLifter,
    *,
    rig: KnownRig | None = None,
    static_cameras: bool = False,
    camera: str | None = None,
    subject_height: float | None = None,
    config: FusionConfig | None = None,
    device: str = "auto",
) -> Fused:
    """Fuse several synchronised views of one person into one 3D pose for every moment.

    Without a rig, nothing is calibrated: the lifter tells how the cameras are turned, and poses are
    triangulated in weak perspective, with the lifter's depth where views say little. Every pose is
    then of body size 1, or of ``subject_height``. With a rig whose cameras have places, joints are
    triangulated, and keep the rig's unit; the lifter fills in what fewer than two views see. With a
    rig of which rotations alone are known, they take the place of the lifter's.

    Parameters
    ----------
    views : mapping
        Camera to keypoints, frame by frame of the same moments. One view is lifted as `lift` does.
    lifter : TrainedLifter
        Its skeleton is the result's.
    rig : KnownRig, optional
        The cameras, by `read_rig`; the views' cameras are found in it by name.
    static_cameras : bool
        The cameras stood still, so that their rotations are averaged over all moments.
    camera : str, optional
        In whose frame the poses are (x right, y down, z away); the first view's by default.
    subject_height : float, optional
        Standing height in metres; makes the result metric.
    config : FusionConfig, optional
    device : str
        "auto", "cpu", "cuda", ...

    Returns
    -------
    Fused

    Raises
    ------
    InputError
        If lengths differ, a camera is not among the views or lacks in the rig, or nobody is seen.
    """
    config = config or FusionConfig()
    if camera is not None and camera not in views:
        raise InputError(f"there is no view of camera {camera!r}; there are {', '.join(views)}.")
    if rig is not None:
        rig = rig.for_cameras(views)
    check_height(subject_height)
    if len(views) == 1:
        (view,) = views.values()
        return Fused(lift(view, lifter, subject_height=subject_height, device=device))
    take = lifted_take(views, lifter, device)
    camera = camera or take.cameras[0]
    if camera not in take.cameras:
        raise InputError(f"camera {camera!r} sees nobody; name another for the poses' frame.")
    rotations = _rotations(take, rig, static_cameras, config)
    detected = slice(0, len(take.skeleton.detected))
    pixels, scores = take.pixels[:, :, detected], take.scores[:, :, detected]
    fused = fused_poses(pixels, scores, rotations, take.poses[:, :, detected], config)
    points, _ = complete(fused.points, np.isfinite(fused.points).all(-1) * 1.0, take.skeleton)
    in_camera = points @ rotations[take.cameras.index(camera)].swapaxes(1, 2)
    in_camera, units = of_one_size(in_camera, take.skeleton, subject_height)
    if rig is None or not rig.cameras:
        return Fused(as_poses(in_camera, take, rotations, camera, units))
    known = rig.for_cameras(take.cameras)
    joints = triangulated(known.cameras, pixels, scores, config.detection_error)
    world, units = as_take(joints, take, known, subject_height)
    seen = world.positions @ known.rotations[camera].T
    whole = filled(seen, in_camera / (subject_height or 1.0), take.skeleton)
    poses = as_poses(whole, take, rotations, camera, units)
    return Fused(replace(poses, sigma=sigma_about_root(world, take.skeleton)), world)


def _rotations(
    take: LiftedTake, rig: KnownRig | None, static_cameras: bool, config: FusionConfig
) -> EveryRotation:
    """From one frame of every moment to each camera's."""
    if rig is not None:
        known = np.stack(list(rig.for_cameras(take.cameras).rotations.values()))
        return np.broadcast_to(known[:, None], take.rotations.shape)
    if static_cameras:
        return static_rotations(take)
    fps = next(iter(take.by_camera.values())).fps or ASSUMED_FPS
    return moving_rotations(take, round(config.reach * fps))
