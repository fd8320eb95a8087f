"""Motion through virtual cameras: takes of detections whose exact 3D and 2D are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.readers.reference import Reference
from canonpose.skeleton.convert import complete
from canonpose.virtual.body import stature
from canonpose.virtual.cameras import VirtualCamera, focal_lengths
from canonpose.virtual.motion import Motion
from canonpose.virtual.movement import Handheld, Movement, PanTiltZoom
from canonpose.virtual.noise import NoiseConfig, detect
from canonpose.virtual.rigs import Rig, RingRig
from canonpose.virtual.visibility import cover, outside

SINGLE = np.float32


@dataclass(frozen=True)
class Filming:
    """How a virtual capture is made."""

    rig: Rig = field(default_factory=RingRig)
    movement: Movement = "static"
    """static: still cameras. ptz: they pan, tilt and zoom after the subject. handheld: they sway.
    """
    ptz: PanTiltZoom = field(default_factory=PanTiltZoom)
    handheld: Handheld = field(default_factory=Handheld)
    noise: NoiseConfig = field(default_factory=NoiseConfig)
    seed: int = 0
    """Of all that is random: the random rig, the movement and the noise."""


@dataclass(frozen=True, eq=False)
class VirtualTake:
    """A take, what is exactly known of it, and the cameras that filmed it."""

    labelled: LabelledTake
    cameras: tuple[VirtualCamera, ...] = field(default=())
    """In the take's world: metres, y up, the subject's path around the origin."""

    @property
    def name(self) -> str:
        """The take's name."""
        return self.labelled.take.name


def film(
    motions: Sequence[Motion],
    filming: Filming | None = None,
    *,
    subject: str = "",
    cameras: Sequence[Camera] | None = None,
) -> tuple[VirtualTake, ...]:
    """Film clips of one subject with one rig.

    Every clip is moved so that the middle of its path is at the origin; one rig is placed for all.
    What is random depends on the seed and the clip's name, not on which clips are filmed with it.

    Parameters
    ----------
    motions : sequence of Motion
        Of one skeleton, with different names.
    filming : Filming, optional
        By default four still cameras on a ring.
    subject : str
        The rig's name as well; each take is a rig of its own without.
    cameras : sequence of Camera, optional
        Still cameras in place of the rig's; the world is then left as it is.

    Raises
    ------
    InputError
        If names or skeletons of the motions do not fit each other, or no joint is ever seen.
    """
    filming = filming or Filming()
    _check_fit(motions)
    if cameras is None:
        motions = [_centred(motion) for motion in motions]
        path = np.concatenate([motion.positions for motion in motions])
        placed = filming.rig.place(path, _random(filming.seed, "rig", subject))
    else:
        placed = tuple(cameras)
    return tuple(_filmed(motion, placed, filming, subject) for motion in motions)


def _check_fit(motions: Sequence[Motion]) -> None:
    if not motions:
        raise InputError("there is no motion to film; give at least one.")
    names = [motion.name for motion in motions]
    for motion in motions:
        if names.count(motion.name) > 1:
            raise InputError(f"two motions are named {motion.name!r}; rename one of the files.")
        if motion.skeleton.joints != motions[0].skeleton.joints:
            differing = set(motion.skeleton.joints) ^ set(motions[0].skeleton.joints)
            raise InputError(
                f"{motion.source or motion.name}: has other joints than {motions[0].name!r} "
                f"({', '.join(sorted(differing)[:6]) or 'another order'}); film them apart."
            )


def _centred(motion: Motion) -> Motion:
    """The middle of the path at the origin, its lowest joint on the ground."""
    joints = motion.positions[np.isfinite(motion.positions).all(-1)]
    low, high = joints.min(0), joints.max(0)
    middle = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    return replace(motion, positions=motion.positions - middle)


def _filmed(
    motion: Motion, placed: Sequence[Camera], filming: Filming, subject: str
) -> VirtualTake:
    skeleton, frames = motion.skeleton, len(motion)
    height = stature(motion.positions, skeleton)
    cameras = _moved(motion, placed, height, filming)
    in_camera = np.stack([camera.to_camera(motion.positions) for camera in cameras])
    pixels = np.stack([camera.project(motion.positions) for camera in cameras])
    pixels[in_camera[..., 2] <= 0] = np.nan
    depths = in_camera[..., 2]
    gone = np.stack([outside(p, c.size) for p, c in zip(pixels, cameras, strict=True)])
    if gone.all():
        raise InputError(
            f"{motion.source or motion.name}: no camera ever sees the person; move the cameras."
        )
    focal = np.stack([focal_lengths(camera, frames) for camera in cameras])
    detected = slice(len(skeleton.detected))
    positions, scores = detect(
        np.where(gone[..., None], np.nan, pixels)[:, :, detected],
        focal * height / _distances(depths),
        cover(pixels, depths, skeleton)[:, :, detected],
        skeleton,
        motion.fps,
        filming.noise,
        _random(filming.seed, "noise", motion.name),
    )
    names = [camera.name for camera in cameras]
    take = Take(
        name=motion.name,
        views={
            name: _keypoints(positions[view], scores[view], motion, cameras[view])
            for view, name in enumerate(names)
        },
        rig=subject or motion.name,
        subject=subject,
    )
    exact = pixels[:, :, detected]
    known = np.isfinite(exact).all(-1).astype(float)
    labelled = LabelledTake(
        take,
        truth_3d={name: _reference(in_camera[view], motion) for view, name in enumerate(names)},
        truth_2d={
            name: _keypoints(exact[view], known[view], motion, cameras[view])
            for view, name in enumerate(names)
        },
    )
    return VirtualTake(labelled, cameras)


def _moved(
    motion: Motion, placed: Sequence[Camera], height: float, filming: Filming
) -> tuple[VirtualCamera, ...]:
    if filming.movement == "static":
        return tuple(placed)
    moved: list[VirtualCamera] = []
    for camera in placed:
        random = _random(filming.seed, "movement", motion.name, camera.name)
        if filming.movement == "ptz":
            moved.append(filming.ptz.follow(camera, motion.positions, height, motion.fps, random))
        else:
            moved.append(filming.handheld.hold(camera, len(motion), motion.fps, random))
    return tuple(moved)


def _distances(depths: Float[np.ndarray, "view frame joint"]) -> Float[np.ndarray, "view frame"]:
    """Metres from the camera to the mean joint, infinite where none is in front of it."""
    known = depths > 0
    total = np.where(known, depths, 0).sum(-1)
    return np.where(known.any(-1), total / np.maximum(known.sum(-1), 1), np.inf)


def _keypoints(
    positions: Float[np.ndarray, "frame joint 2"],
    scores: Float[np.ndarray, "frame joint"],
    motion: Motion,
    camera: VirtualCamera,
) -> Keypoints:
    positions, scores = complete(positions, scores, motion.skeleton)
    return Keypoints(
        positions=positions.astype(SINGLE),
        scores=scores.astype(SINGLE),
        skeleton=motion.skeleton,
        fps=motion.fps,
        image_size=camera.size,
        camera=camera.name,
        source=motion.source or motion.name,
    )


def _reference(in_camera: Float[np.ndarray, "frame joint 3"], motion: Motion) -> Reference:
    return Reference(
        positions=in_camera / UNITS_IN_METRES["mm"],
        valid=np.isfinite(in_camera).all(-1),
        joints=motion.skeleton.joints,
        fps=motion.fps,
        source=motion.source or motion.name,
    )


def _random(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each purpose, whatever else is drawn."""
    return np.random.default_rng([seed, *(crc32(name.encode()) for name in names)])
