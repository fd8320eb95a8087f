"""``capture.toml``: what a capture's files cannot tell about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.toml_text import read_toml

FILE_NAME = "capture.toml"


@dataclass(frozen=True)
class CaptureSettings:
    """The entries of one ``capture.toml``; the defaults are those of a capture without one."""

    path: Path
    static_cameras: bool | None = None
    """Whether the cameras stood still during each take."""
    leave_out: tuple[str, ...] = ()
    """Cameras not to use."""
    layout: str | None = None
    """A layout name, or the path of a skeleton TOML file."""
    fps: float | None = None
    """Frames per second, in place of what the files say."""
    trim: bool = False
    """Whether cameras of different length are cut to what they share."""
    leave_out_joints: tuple[str, ...] = ()
    mend_flips: bool = True
    """Whether left limbs taken for right ones are swapped back."""
    subjects: Mapping[str, str] = field(default_factory=dict)
    """Take to subject."""
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Camera to frames of its own: camera[t + offset] shows what the others show at t."""
    drifts: Mapping[str, float] = field(default_factory=dict)
    """Camera to the parts per million by which its clock runs fast."""
    persons: Mapping[str, int] = field(default_factory=dict)
    """Camera to the number of the person to take, from 1."""
    take_offsets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Take to offsets that come before the general ones."""
    take_drifts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    take_persons: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    take_leave_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Take to cameras that are not used there, besides those that are used nowhere."""

    def offsets_of(self, take: str) -> dict[str, float]:
        """Camera to offset in one take."""
        return {**self.offsets, **self.take_offsets.get(take, {})}

    def drifts_of(self, take: str) -> dict[str, float]:
        """Camera to drift in one take."""
        return {**self.drifts, **self.take_drifts.get(take, {})}

    def persons_of(self, take: str) -> dict[str, int]:
        """Camera to person in one take."""
        return {**self.persons, **self.take_persons.get(take, {})}

    def check_names(self, takes: Mapping[str, Collection[str]]) -> None:
        """Refuse takes and cameras that the capture does not have.

        Parameters
        ----------
        takes : mapping
            Take to the names of its cameras.

        Raises
        ------
        InputError
            If one is named.

        """
        cameras = list(dict.fromkeys(name for names in takes.values() for name in names))
        self._check("subjects", "take", self.subjects, takes)
        per_take_entries: dict[str, Mapping[str, Collection[str]]] = {
            "offsets": self.take_offsets,
            "drifts": self.take_drifts,
            "persons": self.take_persons,
            "leave_out": self.take_leave_out,
        }
        named_takes = [take for table in per_take_entries.values() for take in table]
        self._check("takes", "take", named_takes, takes)
        self._check("leave_out", "camera", self.leave_out, cameras)
        self._check("offsets", "camera", self.offsets, cameras)
        self._check("drifts", "camera", self.drifts, cameras)
        self._check("persons", "camera", self.persons, cameras)
        for word, per_take in per_take_entries.items():
            for take, named in per_take.items():
                self._check(f"takes.{take}.{word}", "camera", named, takes[take])

    def _check(
        self, entry: str, kind: str, named: Collection[str], existing: Collection[str]
    ) -> None:
        for name in named:
            if name not in existing:
                raise InputError(
                    f"{self.path}: {entry} names {kind} {name!r}, which the capture does not "
                    f"have; it has {short_list(existing)}."
                )


def read_capture_toml(folder: Path) -> CaptureSettings:
    """The settings of the capture in a folder; the defaults where it has no ``capture.toml``.

    Raises
    ------
    InputError
        If the file is no TOML, or has an entry that is unknown or of the wrong kind.

    """
    path = folder / FILE_NAME
    _, table = read_toml(path, optional=True)
    values = _checked(path, "", table, {**_PLAIN, **_TABLES, "takes": _is_table})
    takes = values.pop("takes", {})
    for take, entries in takes.items():
        if not _is_table(entries):
            raise _wrong(path, f"takes.{take}", "a table")
        _checked(path, f"takes.{take}.", entries, _OF_A_TAKE)
    for entry in ("leave_out", "leave_out_joints"):
        values[entry] = tuple(values.get(entry, ()))
    if "fps" in values:
        values["fps"] = float(values["fps"])
    if str(values.get("layout", "")).endswith(".toml"):
        values["layout"] = str(folder / values["layout"])
    for entries in (values, *takes.values()):
        for word in ("offsets", "drifts"):
            if word in entries:
                entries[word] = {camera: float(number) for camera, number in entries[word].items()}
    per_take: dict[str, Any] = {
        f"take_{word}": {take: entries[word] for take, entries in takes.items() if word in entries}
        for word in _OF_A_TAKE
    }
    return CaptureSettings(path, **values, **per_take)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_name(value: Any) -> bool:
    return isinstance(value, str)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_rate(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < float("inf")


def _is_numbers(value: Any) -> bool:
    return _is_table(value) and all(
        type(number) in (int, float) and abs(number) < float("inf") for number in value.values()
    )


def _is_integers(value: Any) -> bool:
    return _is_table(value) and all(type(number) is int for number in value.values())


def _is_strings(value: Any) -> bool:
    return _is_table(value) and all(isinstance(word, str) for word in value.values())


_PLAIN = {
    "static_cameras": _is_bool,
    "leave_out": _is_names,
    "layout": _is_name,
    "fps": _is_rate,
    "trim": _is_bool,
    "leave_out_joints": _is_names,
    "mend_flips": _is_bool,
}
_PER_TAKE = {"offsets": _is_numbers, "drifts": _is_numbers, "persons": _is_integers}
_TABLES = {"subjects": _is_strings, **_PER_TAKE}
_OF_A_TAKE = {**_PER_TAKE, "leave_out": _is_names}
_KINDS = {
    _is_table: "a table",
    _is_bool: "true or false",
    _is_name: "a string",
    _is_names: "a list of names, such as ['c05']",
    _is_rate: "a number above 0",
    _is_numbers: "a table of numbers, such as c02 = 3",
    _is_integers: "a table of whole numbers, such as c02 = 3",
    _is_strings: "a table of strings, such as take1 = 'anna'",
}


def _checked(
    path: Path, above: str, table: Mapping[str, Any], checks: Mapping[str, Any]
) -> dict[str, Any]:
    for entry, value in table.items():
        if entry not in checks:
            raise InputError(
                f"{path}: unknown entry '{above}{entry}'; entries are {', '.join(checks)}."
            )
        if not checks[entry](value):
            raise _wrong(path, above + entry, _KINDS[checks[entry]])
    return dict(table)


def _wrong(path: Path, entry: str, kind: str) -> InputError:
    return InputError(f"{path}: entry {entry!r} must be {kind}; correct it there.")
