"""Several views of the same moments to one 3D pose for each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import ASSUMED_FPS, Keypoints, Poses
from canonpose.errors import InputError
from canonpose.fusing.calibrated import triangulated
from canonpose.fusing.in_camera import as_poses, filled, of_one_size
from canonpose.fusing.in_world import as_take, sigma_about_root
from canonpose.fusing.lifted import LiftedTake, lifted_take
from canonpose.fusing.picture_size import for_pictures
from canonpose.fusing.rig import KnownRig
from canonpose.fusing.rotations import EveryRotation, moving_rotations, static_rotations
from canonpose.fusing.uncalibrated import FusionConfig, fused_poses
from canonpose.inference.lift import lift
from canonpose.lifter.subject_height import check_height
from canonpose.lifter.trained import TrainedLifter
from canonpose.skeleton.convert import complete
from canonpose.solving.solved import SolvedTake


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
    triangulated, and keep the rig's unit; the lifter fills in what fewer than two views see, or no
    two agree on. Cameras are scaled to the views' picture sizes, where these are known. With a rig
    of which rotations alone are known, they take the place of the lifter's.

    Parameters
    ----------
    views : mapping
        Camera to keypoints, frame by frame of the same moments. One view is lifted as `lift` does.
    lifter : TrainedLifter
        Its skeleton is the result's.
    rig : KnownRig, optional
        The cameras, by `read_rig`, of two views or more, which are found in it by name.
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
        If lengths differ, a camera is not among the views or lacks in the rig, its pictures are of
        another shape than the rig's, a rig is given for one view, or nobody is seen. If a rig's
        file says no unit, and people would be giants or dwarfs in metres.
    """
    config = config or FusionConfig()
    if camera is not None and camera not in views:
        raise InputError(f"there is no view of camera {camera!r}; there are {', '.join(views)}.")
    if rig is not None:
        _check_several(views)
        rig = for_pictures(rig.for_cameras(views), views)
    check_height(subject_height)
    if len(views) == 1:
        (view,) = views.values()
        return Fused(lift(view, lifter, subject_height=subject_height, device=device))
    take = lifted_take(views, lifter, device)
    camera = camera or take.cameras[0]
    if camera not in take.cameras:
        raise InputError(f"camera {camera!r} sees nobody; name another for the poses' frame.")
    rotations = _rotations(take, rig, static_cameras, config)
    if rig is None or not rig.cameras:
        alone, units = _in_camera(take, rotations, camera, subject_height, config)
        return Fused(as_poses(alone, take, rotations, camera, units))
    known = rig.for_cameras(take.cameras)
    pixels, scores, _ = _detected(take)
    joints = triangulated(known.cameras, pixels, scores, config.detection_error)
    # Views that contradict each other tell the lifter's guess nothing either.
    conflicts = ~joints.valid & ((scores > 0).sum(0) >= 2)
    guessed, _ = _in_camera(take, rotations, camera, None, config, conflicts)
    world, units = as_take(joints, take, known, subject_height)
    whole = filled(world.positions @ known.rotations[camera].T, guessed, take.skeleton)
    poses = as_poses(whole, take, rotations, camera, units)
    return Fused(replace(poses, sigma=sigma_about_root(world, take.skeleton)), world)


def _in_camera(
    take: LiftedTake,
    rotations: EveryRotation,
    camera: str,
    subject_height: float | None,
    config: FusionConfig,
    ignored: Bool[np.ndarray, "frame joint"] | None = None,
) -> tuple[Float[np.ndarray, "frame every_joint 3"], str]:
    """Poses by rotations alone in the frame of a camera, and their unit.

    Of the detections that are to be ignored in all views, none counts.
    """
    pixels, scores, lifted = _detected(take)
    if ignored is not None:
        scores = np.where(ignored, 0.0, scores)
    fused = fused_poses(pixels, scores, rotations, lifted, config)
    points, _ = complete(fused.points, np.isfinite(fused.points).all(-1) * 1.0, take.skeleton)
    in_camera = points @ rotations[take.cameras.index(camera)].swapaxes(1, 2)
    return of_one_size(in_camera, take.skeleton, subject_height)


def _detected(
    take: LiftedTake,
) -> tuple[
    Float[np.ndarray, "view frame joint 2"],
    Float[np.ndarray, "view frame joint"],
    Float[np.ndarray, "view frame joint 3"],
]:
    """Pixels, confidences and lifted poses, of the joints that are no others' mean."""
    joints = slice(0, len(take.skeleton.detected))
    return take.pixels[:, :, joints], take.scores[:, :, joints], take.poses[:, :, joints]


def _check_several(views: Mapping[str, Keypoints]) -> None:
    if len(views) == 1:
        raise InputError(
            f"{next(iter(views))}: is the only view, and a rig says nothing of what one camera "
            f"alone sees; leave the rig out, or give another camera's view."
        )


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
