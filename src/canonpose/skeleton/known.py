"""The layouts that canonpose knows, and skeletons that users describe."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

from canonpose.errors import InputError
from canonpose.skeleton.skeleton import Skeleton
from canonpose.toml_text import read_toml

_LAYOUTS = resources.files("canonpose.skeleton") / "layouts"


@cache
def layout_names() -> tuple[str, ...]:
    """Names of the built-in layouts."""
    files = (entry.name for entry in _LAYOUTS.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml")))


@cache
def layout(name: str) -> Skeleton:
    """The built-in layout of that name.

    Raises
    ------
    InputError
        If there is none.

    """
    if name not in layout_names():
        raise InputError(
            f"unknown layout {name!r}: use one of {', '.join(layout_names())}, "
            f"or the path of a skeleton TOML file."
        )
    return Skeleton.from_dict(tomllib.loads((_LAYOUTS / f"{name}.toml").read_text("utf-8")))


def read_skeleton(path_or_name: str | Path) -> Skeleton:
    """A built-in layout by name, or a user's own skeleton from a TOML file.

    Raises
    ------
    InputError
        If the file is missing or does not describe a skeleton.

    """
    if str(path_or_name) in layout_names():
        return layout(str(path_or_name))
    path = Path(path_or_name)
    if path.suffix != ".toml":
        return layout(str(path_or_name))
    _, table = read_toml(path)
    try:
        return Skeleton.from_dict(table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def layout_of_joint_names(names: Sequence[str]) -> Skeleton | None:
    """The built-in layout whose detected joints are these, else the one that holds them all.

    In the second case, joints that are not named are left out. None if no layout holds them.
    """
    candidates = [layout(name) for name in layout_names()]
    for skeleton in candidates:
        if skeleton.detected == tuple(names):
            return skeleton
    holding = [s for s in sorted(candidates, key=len) if set(names) <= set(s.joints)]
    reordered = (_reordered(skeleton, names) for skeleton in holding)
    return next((skeleton for skeleton in reordered if skeleton is not None), None)


def _reordered(skeleton: Skeleton, names: Sequence[str]) -> Skeleton | None:
    """The skeleton with just these detected joints, in this order, and what derives from them."""
    left_out = [joint for joint in skeleton.detected if joint not in names]
    try:
        kept = skeleton.without(left_out)
    except InputError:  # its root is among them
        return None
    derived = {joint: sources for joint, sources in kept.derived.items() if joint not in names}
    name = skeleton.name if not left_out else f"{skeleton.name}-{len(names)}"
    return replace(kept, name=name, joints=(*names, *derived), derived=derived)
