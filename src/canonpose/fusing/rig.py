"""A rig whose cameras are known: solved before, or calibrated."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.files import short_list, unreadable
from canonpose.geometry.cameras import Camera
from canonpose.readers.calibration import Calibration, choose, read_calibration_and_units
from canonpose.readers.reference import LENGTHS
from canonpose.solving.files import ANIPOSE, CAMERAS, FACTS
from canonpose.solving.solved import SIZES_UNKNOWN

MOVING = "moving"
"""The projection of a rig whose cameras moved, as solving writes it."""


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
    says_units: bool = True
    """False where a file does not say its unit, so that metres are a guess."""
    knows_sizes: bool = True
    """False where the cameras' picture sizes are a guess: solved from footage that does not tell
    them."""

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
        cameras = {name: choose(self.cameras, name, where) for name in names if self.cameras}
        rotations = {name: choose(self.rotations, name, where) for name in names}
        return replace(self, rotations=rotations, cameras=cameras)


def read_rig(path: str | Path) -> KnownRig:
    """The cameras that `canonpose solve` found, or those of a calibration file.

    Parameters
    ----------
    path : path
        The folder that `canonpose solve` wrote (of several rigs, the folder of one of them in it),
        or a file that `read_calibration` reads, whose cameras are in metres unless it says another
        unit.

    Raises
    ------
    InputError
        If there are no cameras to be read, or the solved cameras moved.
    """
    path = Path(path)
    if not path.is_dir():
        return _of_file(path)
    facts_of = path if (path / FACTS).exists() else path.parent
    facts = _facts(facts_of / FACTS)
    if (path / CAMERAS).exists():
        return _solved(read_calibration_and_units(path / CAMERAS), facts, path)
    rigs = facts["rigs"] if facts_of == path else []
    if any(rig.get("projection") == MOVING for rig in rigs):
        raise InputError(
            f"{path}: these cameras moved ({FACTS} says so), so that what was found of them holds "
            f"for the footage that it was solved from alone; leave --rig out."
        )
    if len(rigs) != 1:
        folders = [entry.parent.name for entry in sorted(path.glob(f"*/{CAMERAS}"))]
        told = f"of its rigs {short_list(folders)}" if folders else "that canonpose solve wrote"
        raise InputError(f"{path}: holds no {CAMERAS}; give the folder {told}.")
    rotations = {name: np.array(camera["rotation"]) for name, camera in rigs[0]["cameras"].items()}
    return KnownRig(rotations, {}, str(facts["units"]), str(path))


def _of_file(path: Path) -> KnownRig:
    """The cameras of a file, which may lie beside what solving says of them."""
    calibration = read_calibration_and_units(path)
    beside = path.parent / FACTS
    if path.name in (CAMERAS, ANIPOSE) and beside.exists():
        return _solved(calibration, _facts(beside), path)
    rig = KnownRig.of(calibration.cameras, calibration.units, str(path))
    return replace(rig, says_units=calibration.says_units)


def _solved(calibration: Calibration, facts: Mapping[str, Any], path: Path) -> KnownRig:
    """Solved cameras; earlier versions wrote "m" into their file whatever the unit was."""
    rig = KnownRig.of(calibration.cameras, str(facts["units"]), str(path))
    guessed = any(SIZES_UNKNOWN in str(note) for note in facts.get("notes", ()))
    return replace(rig, knows_sizes=not guessed)


def _facts(path: Path) -> dict[str, Any]:
    """What solving wrote about its rigs."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        units, rigs = facts["units"], facts["rigs"]
        cameras = [camera for rig in rigs for camera in rig["cameras"].values()]
        whole = units in LENGTHS and isinstance(facts.get("notes", []), list)
        whole = whole and all("rotation" in camera for camera in cameras)
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
