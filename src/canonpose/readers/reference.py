"""3D references to score against, as one npz file.

Entries: ``positions`` [frame, joint, 3], ``joint_names`` [joint], ``units`` ("m", "cm" or "mm", or
"body_height" or "bone_length" of `canonpose solve`, each read as 1 m), and optionally ``valid``
[frame, joint] (all valid without it) and ``fps``.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.npz import read_arrays, write_arrays

BODY_UNITS = {"body_height": 1.0, "bone_length": 1.0}
"""In metres, so that a millimetre is a thousandth of the body."""
LENGTHS = {**UNITS_IN_METRES, **BODY_UNITS}
NEEDED = ("positions", "joint_names", "units")
OPTIONAL = ("valid", "fps")


@dataclass(frozen=True, eq=False)
class Reference:
    """3D joints of one person, as exact as one can get them."""

    positions: Float[np.ndarray, "frame joint 3"]
    """In mm, in the frame of whoever made it: a world frame, unless it is known to be a camera's.
    """
    valid: Bool[np.ndarray, "frame joint"]
    """Where the reference can be trusted; nothing else is scored."""
    joints: tuple[str, ...]
    fps: float | None = None
    source: str = ""
    """The file that it was read from."""

    def __len__(self) -> int:
        return len(self.positions)


def read_reference(path: str | Path) -> Reference:
    """Read a 3D file; positions become mm, and joints that are not finite invalid.

    Raises
    ------
    InputError
        If the file cannot be read, is damaged, or its entries do not fit each other.
    """
    path = Path(path)
    arrays = read_arrays(path, NEEDED, OPTIONAL, what="a 3D reference")
    units, names = str(arrays["units"]), tuple(map(str, arrays["joint_names"].ravel()))
    positions = arrays["positions"]
    if units not in LENGTHS:
        raise InputError(f"{path}: units {units!r} are unknown; write m, cm or mm.")
    if positions.dtype.kind not in "fiu" or positions.shape[1:] != (len(names), 3):
        raise InputError(
            f"{path}: positions are {positions.dtype} {list(positions.shape)}, but its "
            f"{len(names)} joint names ask for numbers [frame, {len(names)}, 3]; write it again."
        )
    if len(set(names)) < len(names):
        raise InputError(f"{path}: a joint name is there twice; give every joint its own.")
    valid = arrays.get("valid", np.ones(positions.shape[:2], dtype=bool))
    if valid.shape != positions.shape[:2]:
        raise InputError(
            f"{path}: valid is {list(valid.shape)} where {list(positions.shape[:2])} belongs; "
            f"write it again."
        )
    fps = arrays.get("fps", np.empty(0))
    return Reference(
        positions=positions.astype(np.float64) * LENGTHS[units] / UNITS_IN_METRES["mm"],
        valid=valid.astype(bool) & np.isfinite(positions).all(-1),
        joints=names,
        fps=float(fps) if fps.size == 1 and np.isfinite(fps) else None,
        source=str(path),
    )


def write_reference(reference: Reference, path: str | Path) -> None:
    """Write a 3D file in metres, which `read_reference` reads.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    arrays = {
        "positions": (reference.positions * UNITS_IN_METRES["mm"]).astype(np.float32),
        "valid": reference.valid,
        "joint_names": np.array(reference.joints),
        "units": np.array("m"),
    }
    if reference.fps is not None:
        arrays["fps"] = np.array(float(reference.fps))
    write_arrays(arrays, path)
