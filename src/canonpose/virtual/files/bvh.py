"""Motion in BVH files, through ``bvhio``."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.files import read_text
from canonpose.virtual.files.raw import RawMotion

END = "_End"


def read_bvh(path: Path) -> RawMotion:
    """Read a BVH file as joint positions.

    A leaf's end site becomes a joint named after it, as in ``Head_End``. Joints get the file's
    hierarchy; units are not declared by the format.

    Raises
    ------
    InputError
        If ``bvhio`` is not installed, or the file is none, is cut off or has no frame.
    """
    try:
        import bvhio  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise InputError(
            f"{path}: reading BVH needs the package bvhio; install canonpose[motion]."
        ) from error
    _check_whole(path)
    try:
        bvh = bvhio.readAsBvh(str(path))
    except Exception as error:  # the parser raises whatever it stumbles over
        raise InputError(
            f"{path}: is damaged or no BVH file ({_first_line(error)}); export it again."
        ) from error
    names: list[str] = []
    positions: list[np.ndarray] = []
    parents: dict[str, str] = {}
    if bvh.FrameCount < 1 or bvh.FrameTime <= 0:
        raise InputError(f"{path}: holds no frames, or no frame time; export it again.")

    def add(name: str, parent: str | None, places: np.ndarray) -> None:
        if name in names:
            raise InputError(f"{path}: two joints are named {name!r}; give every joint its own.")
        names.append(name)
        positions.append(places)
        if parent is not None:
            parents[name] = parent

    # Parents come before their children, so that a stack in place of recursion will do.
    origin = np.zeros((bvh.FrameCount, 3))
    upright = np.broadcast_to(np.eye(3), (bvh.FrameCount, 3, 3))
    stack: list[tuple[Any, str | None, np.ndarray, np.ndarray]] = [
        (bvh.Root, None, origin, upright)
    ]
    while stack:
        joint, parent, place, turn = stack.pop()
        shift, rotation = _local(joint)
        place = place + (turn @ shift[..., None])[..., 0]
        turn = turn @ rotation
        add(joint.Name, parent, place)
        if not joint.Children:
            end = np.array(tuple(joint.EndSite), dtype=float)
            add(joint.Name + END, joint.Name, place + turn @ end)
        stack += [(child, joint.Name, place, turn) for child in reversed(joint.Children)]
    return RawMotion(np.stack(positions, axis=1), tuple(names), 1 / bvh.FrameTime, parents)


def _local(
    joint: Any,
) -> tuple[Float[np.ndarray, "frame 3"], Float[np.ndarray, "frame 3 3"]]:
    """Where a joint is in its parent's frame, frame by frame."""
    shifts = np.array([tuple(frame.Position) for frame in joint.Keyframes], dtype=float)
    turns = [(q.x, q.y, q.z, q.w) for q in (frame.Rotation for frame in joint.Keyframes)]
    return shifts, roma.unitquat_to_rotmat(torch.tensor(turns, dtype=torch.float64)).numpy()


def _check_whole(path: Path) -> None:
    """Refuse what is cut off: the parser would search for the rest for ever."""
    text = read_text(path, "is no text and so no BVH file; export it again")
    hierarchy, _, motion = text.partition("\nMOTION")
    lines = [line for line in motion.splitlines() if line.strip()]
    opened = hierarchy.count("{")
    frames = re.fullmatch(r"\s*Frames:\s*(\d+)\s*", lines[0]) if lines else None
    channels = sum(map(int, re.findall(r"CHANNELS\s+(\d+)", hierarchy)))
    whole = (
        hierarchy.lstrip().startswith("HIERARCHY")
        and 0 < opened == hierarchy.count("}")
        and frames is not None
        and len(lines) == int(frames[1]) + 2
        and all(len(line.split()) == channels for line in lines[2:])
    )
    if not whole:
        raise InputError(
            f"{path}: is cut off or no BVH file (a hierarchy, then as many lines of numbers as it "
            f"says frames); export it again."
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
