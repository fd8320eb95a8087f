"""The joints of motion capture files under our names, and the skeleton that they form."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from canonpose.skeleton import Skeleton
from canonpose.skeleton.skeleton import paired_by_name

_FILE = resources.files("canonpose.virtual") / "joint_names.toml"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def our_names(names: Sequence[str]) -> tuple[str, ...]:
    """The joints of a file under our names; a joint that we have no name for keeps its own.

    Where a file has several joints that could be ours, the first of the table's row is taken:
    ``LeftShoulder`` is the collar bone in a file that has ``LeftArm`` as well. A joint that is
    called just as ours is ours.
    """
    plain = [_plain(name) for name in names]
    ours: dict[int, str] = {}
    for joint, aliases in _table()["aliases"].items():
        if joint in names:
            ours[names.index(joint)] = joint
            continue
        for alias in map(_plain, aliases):
            place = plain.index(alias) if alias in plain else None
            if place is not None and place not in ours:
                ours[place] = joint
                break
    return tuple(ours.get(place, name) for place, name in enumerate(names))


def skeleton_of(joints: Sequence[str], parents: Mapping[str, str], name: str) -> Skeleton | None:
    """The skeleton of a file's joints, under our names.

    The root is the pelvis, derived from the hips where the file has none. Parents are the file's
    where it has a hierarchy, else those that anatomy gives the joints with known names.

    Returns
    -------
    Skeleton or None
        None where there is no pelvis, nor anything that it could be derived from.
    """
    derived = {
        joint: sources
        for joint, choices in _table()["middles"].items()
        if joint not in joints and (sources := _first_whole(choices, joints))
    }
    if "pelvis" not in (*joints, *derived):
        return None
    every = (*joints, *derived)
    known = {} if parents else _known_parents(every)
    return Skeleton(
        name=name,
        joints=every,
        root="pelvis",
        parents=dict(parents) or known,
        derived=derived,
        pairs=tuple(paired_by_name(every)),
    )


def _known_parents(joints: Sequence[str]) -> dict[str, str]:
    parents = {}
    for joint, choices in _table()["parents"].items():
        parent = next((choice for choice in choices if choice in joints), None)
        if joint in joints and parent is not None:
            parents[joint] = parent
    return parents


def _first_whole(choices: Sequence[Sequence[str]], joints: Sequence[str]) -> tuple[str, ...]:
    return next((tuple(choice) for choice in choices if set(choice) <= set(joints)), ())


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name.rpartition(":")[2]).casefold()
