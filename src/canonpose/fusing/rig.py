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
from canonpose.solving.files import ANIPOSE, CAMERAS, FACTS, GUESSED, LIFTER, folder_of_rig
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
    solved = solved_folder(path)
    facts = read_facts(solved or path)
    if (path / CAMERAS).exists():
        return _solved(read_calibration_and_units(path / CAMERAS), facts, path)
    rigs = facts["rigs"] if solved == path else []
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
    if (solved := solved_folder(path)) is not None:
        return _solved(calibration, read_facts(solved), path)
    rig = KnownRig.of(calibration.cameras, calibration.units, str(path))
    return replace(rig, says_units=calibration.says_units)


def solved_folder(path: Path) -> Path | None:
    """The folder that `canonpose solve` wrote cameras into: theirs, or of one of several rigs the
    one above it. None where it did not write them.

    Parameters
    ----------
    path : path
        A folder, or a file of cameras.

    Raises
    ------
    InputError
        If what solving wrote there is damaged.
    """
    if not path.is_dir() and path.name not in (CAMERAS, ANIPOSE):
        return None
    folder = path if path.is_dir() else path.parent
    if (folder / FACTS).exists():
        return folder
    above = folder.parent if folder.name else folder.absolute().parent
    if not (above / FACTS).exists():
        return None
    # A file in a folder that is no rig's is somebody else's.
    return above if path.is_dir() or _rigs_in(folder, read_facts(above)) else None


def _solved(calibration: Calibration, facts: Mapping[str, Any], path: Path) -> KnownRig:
    """Solved cameras; earlier versions wrote "m" into their file whatever the unit was."""
    rig = KnownRig.of(calibration.cameras, str(facts["units"]), str(path))
    return replace(rig, knows_sizes=not _guessed_sizes(facts, path))


def _guessed_sizes(facts: Mapping[str, Any], path: Path) -> bool:
    """Whether picture sizes were guessed: by the rig's entry, or the note of earlier versions."""
    own = _rigs_in(path if path.is_dir() else path.parent, facts)
    told = [rig[GUESSED] for rig in own or facts["rigs"] if GUESSED in rig]
    return any(told) if told else any(SIZES_UNKNOWN in str(note) for note in facts["notes"])


def _rigs_in(folder: Path, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entry of the rig whose folder it is, among those of several rigs."""
    place = folder.absolute()
    rigs: list[dict[str, Any]] = facts["rigs"]
    return [rig for rig in rigs if folder_of_rig(str(rig.get("name")), place.parent) == place]


def read_facts(solved: Path) -> dict[str, Any]:
    """What solving wrote about its rigs.

    Raises
    ------
    InputError
        If the folder holds nothing of the kind, or it is damaged.
    """
    path = solved / FACTS
    try:
        facts = json.loads(path.read_text("utf-8"))
        units, rigs = facts["units"], facts["rigs"]
        cameras = [camera for rig in rigs for camera in rig["cameras"].values()]
        lists = [facts.setdefault("notes", []), *(rig.get(GUESSED, []) for rig in rigs)]
        whole = units in LENGTHS and all(isinstance(one, list) for one in lists)
        whole = whole and all("rotation" in camera for camera in cameras)
        by = facts.get(LIFTER, {"folder": "", "weights": ""})
        whole = whole and all(isinstance(by[entry], str) for entry in ("folder", "weights"))
    except FileNotFoundError:
        raise InputError(
            f"{solved}: holds no {FACTS}; give the folder that `canonpose solve -o` "
            f"wrote, or a calibration file."
        ) from None
    except OSError as error:
        raise unreadable(path, error) from error
    except (AttributeError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise InputError(f"{path}: is damaged; run canonpose solve again.")
    return facts
