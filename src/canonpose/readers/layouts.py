"""Which skeleton a file's numbers belong to."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.skeleton import (
    Skeleton,
    layout,
    layout_names,
    layout_of_joint_names,
    read_skeleton,
)

Layout = Skeleton | str | Path
"""A skeleton, the name of a built-in layout, or the path of a skeleton TOML file."""


def resolve(chosen: Layout | None) -> Skeleton | None:
    """The skeleton that the user means, if the user means one.

    Raises
    ------
    InputError
        If the name is unknown or the TOML file does not describe a skeleton.

    """
    return chosen if chosen is None or isinstance(chosen, Skeleton) else read_skeleton(chosen)


def by_names(
    names: Sequence[str], chosen: Skeleton | None, where: str
) -> tuple[Skeleton, Int[np.ndarray, " joint"]]:
    """The skeleton of a file that names its joints, and where the file holds each detected joint.

    Raises
    ------
    InputError
        If a name comes twice, no layout knows the names, or the chosen skeleton needs others.

    """
    names = list(names)
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{where}: joint {twice!r} is named twice; name every joint once.")
    skeleton = chosen or layout_of_joint_names(names)
    if skeleton is None:
        raise InputError(f"{where}: {_why_unknown(names)}")
    if missing := [joint for joint in skeleton.detected if joint not in names]:
        raise InputError(
            f"{where}: skeleton {skeleton.name!r} needs the joints {short_list(missing)}, which "
            f"the file does not name; pass the layout that fits its {len(names)} joints."
        )
    return skeleton, np.array([names.index(joint) for joint in skeleton.detected], dtype=np.int64)


def _why_unknown(names: Sequence[str]) -> str:
    known = {joint for name in layout_names() for joint in layout(name).joints}
    remedy = "describe its skeleton in a TOML file and pass that as the layout."
    if unknown := [name for name in names if name not in known]:
        return f"unknown joint names {short_list(unknown)}; {remedy}"
    return f"no built-in layout holds just the joints {short_list(names, 30)}; {remedy}"


def by_count(count: int, chosen: Skeleton | None, usual: dict[int, str], where: str) -> Skeleton:
    """The skeleton of a file that only lists numbers, by how many joints there are.

    Parameters
    ----------
    count : int
        Joints in the file.
    chosen : Skeleton, optional
        What the user says it is.
    usual : dict
        Number of joints to the name of the layout that a format writes with so many.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        If the chosen skeleton has another number of joints, or nothing has so many.

    """
    if chosen is not None:
        if len(chosen.detected) != count:
            raise InputError(
                f"{where}: has {count} joints, but skeleton {chosen.name!r} has "
                f"{len(chosen.detected)}; pass the layout that it was written with."
            )
        return chosen
    if not usual:
        raise InputError(f"{where}: its joints have no names; pass the layout of its joints.")
    if count not in usual:
        listed = ", ".join(f"{number} ({name})" for number, name in usual.items())
        raise InputError(
            f"{where}: has {count} joints, where known layouts have {listed}; "
            f"describe its skeleton in a TOML file and pass that as the layout."
        )
    return layout(usual[count])
