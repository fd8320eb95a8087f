"""Which of a file's joints are the ones that are used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton, layout

MARKED = 32
"""Joints of the release: some are there twice, some are hands and toes."""
_USED = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
"""Those of layout human36m among them."""


def of_release(values: Any, space: int, skeleton: Skeleton, where: str) -> np.ndarray:
    """Positions of the release's 32 joints, or of the 17 of them that are used, in a skeleton.

    Parameters
    ----------
    values : array [frame, 32 or 17, space] or [frame, 32 * space]
        Any unit.
    space : int
        2 or 3.
    skeleton : Skeleton
        The one wanted, of joints of layout human36m.
    where : str
        The file and recording, for the message.

    Returns
    -------
    array [frame, joint, space]
        float32.

    Raises
    ------
    InputError
        If it has another number of joints.
    """
    used = layout("human36m")
    array = np.asarray(values)
    if array.dtype.kind in "fiu" and array.ndim in (2, 3) and array.shape[-1] == MARKED * space:
        array = array.reshape(-1, MARKED, space)
    if array.dtype.kind not in "fiu" or array.ndim != 3 or array.shape[-1] != space:
        raise _wrong(array, (MARKED, len(used)), space, where)
    if array.shape[1] == MARKED:
        array = array[:, _USED]
    if array.shape[1] != len(used):
        raise _wrong(array, (MARKED, len(used)), space, where)
    return array[:, used.indices(skeleton.joints)].astype(np.float32)


def selected(
    values: Any, joints: Sequence[str], skeleton: Skeleton, where: str
) -> Float[np.ndarray, "frame joint 2"]:
    """Pixels [frame, joint, 2] of named joints, in a skeleton that has no others; float32.

    Raises
    ------
    InputError
        If there is another number of joints than of names.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" or array.ndim != 3 or array.shape[1:] != (len(joints), 2):
        raise _wrong(array, (len(joints),), 2, where)
    return array[:, [joints.index(joint) for joint in skeleton.joints]].astype(np.float32)


def _wrong(array: np.ndarray, counts: Sequence[int], space: int, where: str) -> InputError:
    wanted = " or ".join(f"[frame, {count}, {space}]" for count in counts)
    return InputError(
        f"{where}: holds {array.dtype} {list(array.shape)} where {wanted} belongs; write the file "
        f"again."
    )


_LEGS = ("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "pelvis")
_ARMS = (
    *("right_wrist", "right_elbow", "right_shoulder"),
    *("left_shoulder", "left_elbow", "left_wrist"),
)
_HOURGLASS = (*_LEGS, "spine", "neck", "head_top", *_ARMS)
"""Stacked Hourglass trained on Human3.6M: as 3d-pose-baseline names its joints."""
_MPII = (*_LEGS, "neck", "upper_neck", "head_top", *_ARMS)


def detected_joints(metadata: Any, path: Path) -> tuple[str, ...]:
    """The joints of a VideoPose3D detection file, told by its number of joints and its pairs.

    Raises
    ------
    InputError
        If they are not Human3.6M's, nor those of Stacked Hourglass.
    """
    # Both kinds of Stacked Hourglass have the same metadata.
    hourglass = _MPII if "mpii" in path.stem else _HOURGLASS
    try:
        count = int(metadata["num_joints"])
        sides = [sorted(map(int, side)) for side in metadata["keypoints_symmetry"]]
    except (TypeError, KeyError, ValueError, IndexError):
        raise InputError(
            f"{path}: its metadata do not say num_joints and keypoints_symmetry, so its joints "
            f"are unknown; write it as VideoPose3D does."
        ) from None
    for joints in (layout("human36m").joints, hourglass):
        if len(joints) == count and _sides(joints) == sides:
            return joints
    raise InputError(
        f"{path}: its {count} joints (pairs {sides}) are neither Human3.6M's nor Stacked "
        f"Hourglass's, and canonpose16 cannot be had from others; use detections such as "
        f"data_2d_h36m_cpn_ft_h36m_dbb.npz."
    )


def _sides(joints: Sequence[str]) -> list[list[int]]:
    return [
        [place for place, joint in enumerate(joints) if joint.startswith(side)]
        for side in ("left_", "right_")
    ]
