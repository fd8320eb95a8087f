"""A rig whose cameras are known: solved before, or calibrated."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.files import short_list, unreadable
from canonpose.geometry.cameras import Camera
from canonpose.readers.calibration import choose, read_calibration
from canonpose.readers.reference import LENGTHS
from canonpose.solving.files import CAMERAS, FACTS


@dataclass(frozen=True, eq=False)
class KnownRig:
    """Cameras in one world."""

    rotations: Mapping[str, Float[np.ndarray, "3 3"]]
    """From the world to each camera."""
    cameras: Mapping[str, Camera] = field(default_factory=dict)
    """In the world's unit of length; empty where a weak-perspective solution has no more than
    rotations."""
    units: str = "m"
    """Of the world: "m", or the median body of the footage that it was solved from."""
    source: str = ""
    """The file or folder that it was read from."""

    @classmethod
    def of(cls, cameras: Mapping[str, Camera], units: str = "m", source: str = "") -> "KnownRig":
        """Of calibrated cameras."""
        rotations = {name: camera.rotation for name, camera in cameras.items()}
        return cls(rotations, cameras, units, source)

    def for_cameras(self, names: Iterable[str]) -> "KnownRig":
        """The cameras of these names, in this order; names match regardless of case, _ and -.

        Raises
        ------
        InputError
            If the rig lacks one.
        """
        where = self.source or "the rig"
        names = list(names)
        return KnownRig(
            {name: choose(self.rotations, name, where) for name in names},
            {name: choose(self.cameras, name, where) for name in names} if self.cameras else {},
            self.units,
            self.source,
        )


def read_rig(path: str | Path) -> KnownRig:
    """The cameras that `canonpose solve` found, or those of a calibration file.

    Parameters
    ----------
    path : path
        The folder that `canonpose solve` wrote (of several rigs, the folder of one of them in it),
        or a file that `read_calibration` reads, whose cameras are in metres.

    Raises
    ------
    InputError
        If there are no cameras to be read.
    """
    path = Path(path)
    if not path.is_dir():
        return KnownRig.of(read_calibration(path), source=str(path))
    facts_of = path if (path / FACTS).exists() else path.parent
    facts = _facts(facts_of / FACTS)
    if (path / CAMERAS).exists():
        cameras = read_calibration(path / CAMERAS)
        return KnownRig.of(cameras, str(facts["units"]), str(path))
    rigs = facts["rigs"] if facts_of == path else []
    if len(rigs) != 1:
        folders = [entry.parent.name for entry in sorted(path.glob(f"*/{CAMERAS}"))]
        told = f"of its rigs {short_list(folders)}" if folders else "that canonpose solve wrote"
        raise InputError(f"{path}: holds no {CAMERAS}; give the folder {told}.")
    rotations = {name: np.array(camera["rotation"]) for name, camera in rigs[0]["cameras"].items()}
    return KnownRig(rotations, {}, str(facts["units"]), str(path))


def _facts(path: Path) -> dict[str, Any]:
    """What solving wrote about its rigs."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        units, rigs = facts["units"], facts["rigs"]
        cameras = [camera for rig in rigs for camera in rig["cameras"].values()]
        whole = units in LENGTHS and all("rotation" in camera for camera in cameras)
    except FileNotFoundError:
        raise InputError(
            f"{path.parent}: holds no {path.name}; give the folder that `canonpose solve -o` "
            f"wrote, or a calibration file."
        ) from None
    except OSError as error:
        raise unreadable(path, error) from error
    except (AttributeError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise InputError(f"{path}: is damaged; run canonpose solve again.")
    return facts
