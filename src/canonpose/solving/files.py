"""A solved capture as a folder of files.

- ``takes/TAKE.npz``: a 3D reference (`canonpose.readers.reference`) with ``scores``, ``sigma``; of
  moving cameras also ``cameras``, ``rotations`` [frame, camera, 3, 3] and ``focals``;
- ``cameras.json``, ``cameras.toml`` and ``opencv/CAMERA.yaml``: the cameras, where perspective was
  found; with several rigs in a folder of each rig's name;
- ``solve.json``: residuals, votes, settings and which lifter solved it.

Where the subject's height is not known, all lengths are in body heights, and a body height stands
where a metre would.
"""

import json
import math
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.exporters.calibrations import write_anipose, write_json, write_opencv
from canonpose.files import write_whole
from canonpose.lifter.naming import PRETRAINED, folder_named, pretrained_folder
from canonpose.lifter.trained import FILES
from canonpose.npz import write_arrays
from canonpose.skeleton import Skeleton
from canonpose.solving.solved import MirrorVotes, Solved, SolvedRig, SolvedTake

FACTS, TAKES = "solve.json", "takes"
GUESSED = "image_sizes_guessed"
"""Entry of every rig in the facts: the cameras whose image size no file told."""
LIFTER = "lifter"
"""Entry of the facts: the folder of the lifter that solved, seen from that of the solution, and the
hash of its weights. Also the folder of one that solving trains."""
CAMERAS, ANIPOSE, OPENCV = "cameras.json", "cameras.toml", "opencv"
"""Files of all cameras, and the folder of a file each."""


def write_solved(solved: Solved, folder: str | Path, lifter: str | Path | None = None) -> None:
    """Write a solved capture, in place of an earlier one; ``solve.json`` comes last.

    Parameters
    ----------
    solved : Solved
    folder : path
    lifter : path, optional
        The folder of the lifter that solved it, or "pretrained", for `canonpose lift --rig` to lift
        other footage of these cameras by.

    Raises
    ------
    InputError
        If the folder cannot be written to, or that of the lifter holds none.
    """
    folder = Path(folder)
    _remove_earlier(folder, {take.name for take in solved.takes})
    for take in solved.takes:
        write_take(take, solved.skeleton, solved.units, _file_of(take.name, folder))
    for rig in solved.rigs:
        if rig.cameras:
            _write_cameras(rig, rig_folder(solved, rig, folder), solved.units)
    facts = _facts(solved) | ({} if lifter is None else {LIFTER: _lifter_facts(lifter, folder)})
    write_whole(folder / FACTS, json.dumps(facts, indent=2) + "\n")


def _remove_earlier(folder: Path, again: Collection[str]) -> None:
    """What an earlier solution wrote here and this one may not have: cameras, and takes but for
    those that are solved again. Folders of theirs go where nothing else lies in them.
    """
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        rigs = [str(rig["name"]) for rig in facts["rigs"]]
        takes = [str(take) for take in facts["takes"] if take not in again]
    except (OSError, ValueError, KeyError, TypeError):
        return  # nothing was solved here
    (folder / FACTS).unlink()
    for place in (folder, *(folder_of_rig(rig, folder) for rig in rigs)):
        for file in (place / CAMERAS, place / ANIPOSE, *(place / OPENCV).glob("*.yaml")):
            file.unlink(missing_ok=True)
        _remove_empty(place / OPENCV, up_to=folder)
    for file in (_file_of(take, folder) for take in takes):
        # Whoever wrote solve.json, what lies elsewhere is not a take of it.
        if file.resolve().is_relative_to((folder / TAKES).resolve()):
            file.unlink(missing_ok=True)
            _remove_empty(file.parent, up_to=folder / TAKES)


def _remove_empty(place: Path, up_to: Path) -> None:
    """Remove a folder, and those that hold it below another, as long as they hold nothing else."""
    while place != up_to and up_to in place.parents:
        with suppress(OSError):  # one that holds something, is gone already, or is a link
            place.rmdir()
        place = place.parent


def write_take(take: SolvedTake, skeleton: Skeleton, units: str, path: Path) -> None:
    """Write one take in 3D as a reference with ``scores`` and ``sigma``.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    arrays = {
        "positions": take.positions.astype(np.float32),
        "valid": take.valid,
        "scores": take.scores.astype(np.float32),
        "sigma": take.sigma.astype(np.float32),
        "joint_names": np.array(skeleton.joints),
        "units": np.array(units),
    }
    if take.fps is not None:
        arrays["fps"] = np.array(float(take.fps))
    if take.cameras is not None:
        arrays["cameras"] = np.array(take.cameras.names)
        arrays["rotations"] = take.cameras.rotations.astype(np.float32)
        arrays["focals"] = take.cameras.focals.astype(np.float32)
    write_arrays(arrays, path)


def _file_of(take: str, folder: Path) -> Path:
    """The file of a take."""
    return folder / TAKES / f"{take}.npz"


def rig_folder(solved: Solved, rig: SolvedRig, folder: Path) -> Path:
    """Where the cameras of a rig are written."""
    return folder if len(solved.rigs) == 1 else folder_of_rig(rig.name, folder)


def folder_of_rig(rig: str, folder: Path) -> Path:
    """The folder of one of several rigs, by its name."""
    return folder / rig.replace("/", "-")


def _write_cameras(rig: SolvedRig, folder: Path, units: str) -> None:
    cameras = list(rig.cameras.values())
    write_json(cameras, folder / CAMERAS, units)
    write_anipose(cameras, folder / ANIPOSE, {"units": units, "lens": rig.lens})
    for camera in cameras:
        write_opencv(camera, folder / OPENCV / f"{camera.name}.yaml")


def _facts(solved: Solved) -> dict[str, Any]:
    return {
        "units": solved.units,
        "takes": {take.name: take.rig for take in solved.takes},
        "rigs": [_rig_facts(rig) for rig in solved.rigs],
        "notes": list(solved.notes),
        "settings": dict(solved.settings),
    }


def _lifter_facts(lifter: str | Path, folder: Path) -> dict[str, str]:
    """Where it is and what it is; both folders may move together, and another take its place."""
    place = folder_named(lifter)
    seen_from_here = os.path.relpath(place.resolve(), folder.resolve())
    name = PRETRAINED if place == pretrained_folder() else seen_from_here
    return {"folder": name, "weights": FILES.weights_hash(place)}


def _rig_facts(rig: SolvedRig) -> dict[str, Any]:
    return {
        "name": rig.name,
        "projection": rig.projection,
        "lens": rig.lens,
        "focal_deviation": _number(rig.focal_deviation),
        GUESSED: list(rig.sizes_guessed),
        "chirality": _vote_facts(rig.votes),
        "cameras": {
            report.name: {
                "error_px": _number(report.error),
                "error_left_out_px": _number(report.error_left_out),
                "rotation_spread_degrees": _number(report.rotation_spread),
                "focal_px": _number(report.focal),
                "rotation": rig.rotations[report.name].tolist(),
            }
            for report in rig.reports
        },
        "joint_error_px": {joint: _number(error) for joint, error in rig.joint_errors.items()},
    }


def _vote_facts(votes: MirrorVotes) -> dict[str, Any]:
    return {
        "anatomy_margin": votes.anatomy.margin if votes.anatomy.usable else None,
        "anatomy_margins": votes.anatomy.margins,
        "perspective_cost": _number(votes.cost),
        "perspective_cost_mirrored": _number(votes.mirrored_cost),
        "perspective_tells": votes.perspective_tells,
        "disagree": votes.disagree,
        "lifter_was_mirrored": votes.mirrored,
    }


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return round(value, 6) if math.isfinite(value) else None
