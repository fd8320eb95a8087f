"""A skeleton: which joints there are, how they hang together, and which are left and right."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from canonpose.errors import InputError


@dataclass(frozen=True)
class Skeleton:
    """The joints of one layout, in the order in which arrays hold them.

    Detected joints come first, in the order in which the detector writes them; derived joints
    follow. Array code never counts joints itself: it asks the skeleton.

    Raises
    ------
    InputError
        If a parent, pair, root or derived joint names a joint that is not there, or the parents
        do not form a tree.

    """

    name: str
    joints: tuple[str, ...]
    """All joints, detected ones first."""
    root: str
    """The joint that poses are centred on."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Joint to parent joint; a joint without an entry hangs on nothing."""
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Joint to the joints whose mean it is, for joints that no detector reports."""
    pairs: tuple[tuple[str, str], ...] = ()
    """(left, right) joints that change places under a mirror."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "joints", tuple(self.joints))
        object.__setattr__(self, "parents", MappingProxyType(dict(self.parents)))
        derived = {joint: tuple(sources) for joint, sources in self.derived.items()}
        object.__setattr__(self, "derived", MappingProxyType(derived))
        object.__setattr__(self, "pairs", tuple((left, right) for left, right in self.pairs))
        self._check()

    def _check(self) -> None:
        where = f"skeleton {self.name!r}"
        if len(set(self.joints)) != len(self.joints):
            twice = sorted({j for j in self.joints if self.joints.count(j) > 1})
            raise InputError(f"{where}: joint {twice[0]!r} is listed twice; list every joint once.")
        named = [("root", self.root), *(("parents", j) for kv in self.parents.items() for j in kv)]
        named += [("pairs", joint) for pair in self.pairs for joint in pair]
        named += [("derived", j) for j, sources in self.derived.items() for j in (j, *sources)]
        for entry, joint in named:
            if joint not in self.joints:
                raise InputError(
                    f"{where}: {entry} names {joint!r}, which is not among its joints; "
                    f"add it to the joints or correct the name."
                )
        if self.joints[: len(self.detected)] != self.detected:
            raise InputError(f"{where}: derived joints must come after the detected ones.")
        self._check_derived()
        self._check_pairs()
        for joint in self.joints:
            self._check_reaches_an_end(joint)

    def _check_derived(self) -> None:
        for joint, sources in self.derived.items():
            if not sources or any(source in self.derived for source in sources):
                raise InputError(
                    f"skeleton {self.name!r}: derived joint {joint!r} must be the mean of one or "
                    f"more detected joints; list these."
                )

    def _check_pairs(self) -> None:
        paired = [joint for pair in self.pairs for joint in pair]
        if len(set(paired)) != len(paired):
            twice = next(joint for joint in paired if paired.count(joint) > 1)
            raise InputError(
                f"skeleton {self.name!r}: joint {twice!r} is in pairs twice; "
                f"a joint has one counterpart."
            )

    def _check_reaches_an_end(self, joint: str) -> None:
        seen = {joint}
        while joint in self.parents:
            joint = self.parents[joint]
            if joint in seen:
                raise InputError(
                    f"skeleton {self.name!r}: the parents of {joint!r} form a circle; "
                    f"make them a tree."
                )
            seen.add(joint)

    def __len__(self) -> int:
        return len(self.joints)

    def __hash__(self) -> int:
        return hash((self.name, self.joints, self.root))

    @cached_property
    def detected(self) -> tuple[str, ...]:
        """The joints that a file holds, in its order."""
        return tuple(joint for joint in self.joints if joint not in self.derived)

    @cached_property
    def root_index(self) -> int:
        """Where the root joint stands in an array."""
        return self.index(self.root)

    @cached_property
    def bones(self) -> tuple[tuple[str, str], ...]:
        """(parent, child) for every bone, in joint order."""
        return tuple((self.parents[j], j) for j in self.joints if j in self.parents)

    @cached_property
    def bone_indices(self) -> np.ndarray:
        """Array [bone, 2] of (parent, child) joint indices."""
        pairs = [(self.index(parent), self.index(child)) for parent, child in self.bones]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    @cached_property
    def mirror_indices(self) -> np.ndarray:
        """Array [joint]: ``positions[..., mirror_indices, :]`` swaps left and right."""
        order = np.arange(len(self))
        for left, right in self.pairs:
            order[[self.index(left), self.index(right)]] = self.index(right), self.index(left)
        return order

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """Whether each joint is "left", "right" or "middle", in joint order."""
        side = dict.fromkeys(self.joints, "middle")
        for left, right in self.pairs:
            side[left], side[right] = "left", "right"
        return tuple(side.values())

    def __contains__(self, joint: object) -> bool:
        return joint in self.joints

    def index(self, joint: str) -> int:
        """Where a joint stands in an array.

        Raises
        ------
        InputError
            If the skeleton has no such joint.

        """
        try:
            return self.joints.index(joint)
        except ValueError:
            raise InputError(
                f"skeleton {self.name!r} has no joint {joint!r}; it has {', '.join(self.joints)}."
            ) from None

    def indices(self, joints: Sequence[str]) -> np.ndarray:
        """Array [joint] of where the given joints stand."""
        return np.array([self.index(joint) for joint in joints], dtype=np.int64)

    def ancestors(self, joint: str) -> Iterator[str]:
        """The joint that one hangs on, what that hangs on, and so on."""
        while joint in self.parents:
            joint = self.parents[joint]
            yield joint

    def nearest_known(self, joint: str, known: Container[str]) -> str | None:
        """The joint itself, or the first of its ancestors that is known; None if none is."""
        return next((j for j in (joint, *self.ancestors(joint)) if j in known), None)

    def without(self, left_out: Sequence[str]) -> "Skeleton":
        """The skeleton less some joints; their children hang on the next joint up.

        Derived joints whose sources are left out become impossible and go as well.

        Raises
        ------
        InputError
            If a joint is unknown, or the root goes.

        """
        self.indices(left_out)
        gone = set(left_out)
        gone |= {joint for joint, sources in self.derived.items() if gone & set(sources)}
        if self.root in gone:
            raise InputError(
                f"skeleton {self.name!r}: its root {self.root!r} cannot be left out, "
                f"nor can a joint that the root is derived from."
            )
        kept = tuple(joint for joint in self.joints if joint not in gone)
        return replace(
            self,
            joints=kept,
            parents={
                joint: above
                for parent, joint in self.bones
                if joint in kept and (above := self.nearest_known(parent, kept))
            },
            derived={j: sources for j, sources in self.derived.items() if j not in gone},
            pairs=tuple(pair for pair in self.pairs if not gone & set(pair)),
        )

    @classmethod
    def of_names(cls, name: str, joints: Sequence[str]) -> "Skeleton":
        """Joints about the first of them, and nothing else: names for `convert`."""
        return cls(name=name, joints=tuple(joints), root=joints[0])

    def detected_only(self) -> "Skeleton":
        """The joints that a detector saw, about the first of them, without pairs.

        Where images are compared across views: the image of a mean is not the mean of the images.
        """
        kept = set(self.detected)
        return Skeleton(
            name=self.name,
            joints=self.detected,
            root=self.detected[0],
            parents={j: p for j, p in self.parents.items() if {j, p} <= kept},
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, as a JSON or TOML file holds them."""
        return {
            "name": self.name,
            "root": self.root,
            "joints": list(self.detected),
            "parents": dict(self.parents),
            "derived": {joint: list(sources) for joint, sources in self.derived.items()},
            "pairs": [list(pair) for pair in self.pairs],
        }

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> "Skeleton":
        """The skeleton of such a table; ``parents``, ``derived`` and ``pairs`` are optional.

        Without ``pairs``, joints named ``left_...`` and ``right_...`` are paired by name.

        Raises
        ------
        InputError
            If an entry is missing, of the wrong kind, or inconsistent.

        """
        name = str(table.get("name", "own"))
        allowed = {"name", "root", "joints", "parents", "derived", "pairs"}
        if unknown := sorted(set(table) - allowed):
            raise InputError(
                f"skeleton {name!r}: unknown entry {unknown[0]!r}; "
                f"entries are {', '.join(sorted(allowed))}."
            )
        for entry, kind in (("joints", list), ("root", str)):
            if not isinstance(table.get(entry), kind):
                raise InputError(f"skeleton {name!r}: entry {entry!r} must be a {kind.__name__}.")
        for entry in ("parents", "derived"):
            if not isinstance(table.get(entry, {}), Mapping):
                raise InputError(f"skeleton {name!r}: entry {entry!r} must be a table.")
        derived = table.get("derived", {})
        if not all(isinstance(joint, str) for joint in table["joints"]):
            raise InputError(f"skeleton {name!r}: every entry of joints must be a string.")
        if not all(isinstance(sources, list) for sources in derived.values()):
            raise InputError(f"skeleton {name!r}: every entry of derived must be a list of joints.")
        joints = (*table["joints"], *derived)
        pairs = table.get("pairs")
        if pairs is None:
            pairs = paired_by_name(joints)
        if not isinstance(pairs, list) or any(
            not isinstance(pair, list | tuple) or len(pair) != 2 for pair in pairs
        ):
            raise InputError(f"skeleton {name!r}: every entry of pairs must be [left, right].")
        return cls(
            name=name,
            joints=joints,
            root=table["root"],
            parents=table.get("parents", {}),
            derived={joint: tuple(sources) for joint, sources in derived.items()},
            pairs=tuple((left, right) for left, right in pairs),
        )


def paired_by_name(joints: Sequence[str]) -> list[tuple[str, str]]:
    """(left, right) joints that are called ``left_...`` and ``right_...``."""
    lefts = [joint for joint in joints if joint.startswith("left_")]
    return [(left, right) for left in lefts if (right := "right" + left[4:]) in joints]
