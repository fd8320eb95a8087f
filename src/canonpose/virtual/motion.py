"""3D motion of one person, from the files that motion capture writes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.virtual.body import foot_is_toe, longest_steady, stature, upwards
from canonpose.virtual.files.raw import RawMotion
from canonpose.virtual.joint_names import our_names, skeleton_of

Up = Literal["y", "z"]
Units = Literal["m", "cm", "mm"]


@dataclass(frozen=True, eq=False)
class Motion:
    """One person's motion in a world that is right-handed, y up, in metres."""

    name: str
    positions: Float[np.ndarray, "frame joint 3"]
    """All joints of the skeleton; NaN where unknown."""
    skeleton: Skeleton
    fps: float
    source: str = ""
    notes: tuple[str, ...] = ()
    """What the reader decided and a user should know."""

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, frames: slice) -> "Motion":
        """Some of the frames; ``motion[::2]`` has half the frame rate."""
        return replace(self, positions=self.positions[frames], fps=self.fps / abs(frames.step or 1))


def read_motion(
    path: str | Path, *, up: Up | None = None, units: Units | None = None, steady: bool = True
) -> Motion:
    """Read 3D motion: npz (`canonpose.readers.reference`), BVH or C3D, by the file's ending.

    Parameters
    ----------
    path : path
    up : {"y", "z"}, optional
        The file's vertical axis; seen from the body unless given.
    units : {"m", "cm", "mm"}, optional
        The file's unit of length; as the file declares, else from the size of the body.
    steady : bool
        Keep the longest stretch without a sudden jump of the whole body, as from a file's rest
        pose to its motion.

    Returns
    -------
    Motion
        Joints under our names where they mean the same, in metres, y up.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a pelvis and hips, or does not tell its vertical axis.
    """
    path = Path(path)
    raw = _reader(path)(path)
    if len(raw.positions) == 0 or not np.isfinite(raw.positions).all(-1).any():
        raise InputError(f"{path}: holds no frame with a known joint; choose another file.")
    joints = our_names(raw.joints)
    turned = raw.positions @ _to_y_up(raw.positions, joints, up, path).T
    joints = foot_is_toe(turned, joints)
    renamed = dict(zip(raw.joints, joints, strict=True))
    parents = {renamed[child]: renamed[parent] for child, parent in raw.parents.items()}
    skeleton = skeleton_of(joints, parents, "motion")
    if skeleton is None:
        raise InputError(
            f"{path}: has neither a pelvis nor hips that it knows by name (it has "
            f"{', '.join(raw.joints[:12])}); rename its joints."
        )
    known = np.isfinite(turned).all(-1)
    positions, _ = complete(turned, known.astype(np.float64), skeleton)
    scale = _metres(positions, skeleton, units or raw.units)
    positions, notes = positions * scale, []
    if steady:
        stretch = longest_steady(positions)
        if stretch.stop - stretch.start < len(positions):
            notes.append(
                f"{path}: frames {stretch.start} to {stretch.stop - 1} of {len(positions)} are "
                f"used; the body jumps where they begin or end."
            )
        positions = positions[stretch]
    return Motion(path.stem, positions, skeleton, raw.fps, str(path), tuple(notes))


def _reader(path: Path) -> Callable[[Path], RawMotion]:
    ending = path.suffix.lower()
    if ending == ".npz":
        from canonpose.virtual.files.npz import read_npz

        return read_npz
    if ending == ".bvh":
        from canonpose.virtual.files.bvh import read_bvh

        return read_bvh
    if ending == ".c3d":
        from canonpose.virtual.files.c3d import read_c3d

        return read_c3d
    raise InputError(f"{path}: is no motion file; give an .npz, .bvh or .c3d file.")


def _to_y_up(
    positions: Float[np.ndarray, "frame joint 3"],
    joints: tuple[str, ...],
    up: Up | None,
    path: Path,
) -> Float[np.ndarray, "3 3"]:
    """The rotation of the file's axes that brings its vertical axis to y."""
    if up is None:
        axis = upwards(positions, joints)
        if axis is None:
            raise InputError(
                f"{path}: does not show which axis is up (head above feet along y or z); say so "
                f"with up, y or z."
            )
        up = axis
    if up == "y":
        return np.eye(3)
    return np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


METRES_OF_UNKNOWN_UNITS = (1.0, 0.01, 0.001, 0.0254, 0.0254 / 0.45)
"""m, cm, mm, inch, and 0.45 inch as in the BVH files of the CMU motion capture database."""
USUAL_STATURE = 1.65
"""Metres, as body proportions give it from the lengths of limbs."""


def _metres(
    positions: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton, units: str | None
) -> float:
    """The file's unit of length in metres: as declared, else that of the likeliest body."""
    if units is not None:
        return UNITS_IN_METRES[units]
    size = stature(positions, skeleton)
    return min(
        METRES_OF_UNKNOWN_UNITS, key=lambda metres: abs(np.log(size * metres / USUAL_STATURE))
    )
