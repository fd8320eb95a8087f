"""Offsets and drifts into ``capture.toml``, with all else as it was, comments too."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import tomlkit

from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.synchronisation.take import TakeClocks
from canonpose.toml_text import read_toml

Entries = dict[tuple[str, ...], int | float]
"""What to set, by the names of the tables that it is in and its own, which is a camera's."""


def write_clocks(folder: Path, takes: Sequence[TakeClocks], all_takes: int) -> list[str]:
    """Write what was found; what changed, in words.

    The offsets of a capture's only take are its general ones, unless it has a table of its own
    already. Where the capture has several takes, each gets its table.

    Parameters
    ----------
    folder : path
        The capture's.
    takes : sequence of TakeClocks
        Only those to write.
    all_takes : int
        How many takes the capture has.

    Raises
    ------
    InputError
        If the file cannot be read or written, or not changed without changing what else it says;
        it is left alone then.
    """
    path = folder / FILE_NAME
    text, settings = read_toml(path, optional=True)
    entries: Entries = {}
    changes: list[str] = []
    for take in takes:
        own = take.name in settings.get("takes", {})
        tables = ("takes", take.name) if own or all_takes > 1 else ()
        for word in ("offsets", "drifts"):
            changes += _collect(entries, settings, (*tables, word), take)
    if entries:
        write_whole(path, _with_entries(path, text, settings, entries))
    return changes


def _collect(
    entries: Entries, settings: Mapping[str, Any], tables: tuple[str, ...], take: TakeClocks
) -> list[str]:
    """Add what is new of a take's offsets or drifts; in words.

    0 is written only where something else would hold.
    """
    word, here, changes = tables[-1], settings, []
    for name in tables:
        here = here.get(name, {})
    general = settings.get(word, {})
    unsaid = None if take.told and word == "offsets" else 0
    for clock in take.clocks:
        value = clock.offset if word == "offsets" else clock.drift
        before = here.get(clock.camera)
        if general.get(clock.camera, unsaid) == value if before is None else before == value:
            continue
        entries[(*tables, clock.camera)] = int(value) if value.is_integer() else value
        was = "" if before is None else f", was {before:g}"
        changes.append(f"{'.'.join(tables)}: {clock.camera} = {value:g}{was}")
    return changes


def _with_entries(path: Path, text: str, settings: Mapping[str, Any], entries: Entries) -> str:
    """The file's text with entries set, its comments and form kept.

    A new table gets a header of its own, or stands in one line where the tables above do, or are
    only named by dotted keys: behind these a header would take in the lines that follow. Which way
    is right shows when the text is read again.
    """
    wanted = _updated(settings, entries)
    makes: tuple[Callable[[bool], Any], ...] = (tomlkit.table, lambda _: tomlkit.inline_table())
    for make in makes:
        try:
            edited = _edited(text, entries, make)
            if tomllib.loads(edited) == wanted:
                return edited
        except (LookupError, TypeError, ValueError, tomlkit.exceptions.TOMLKitError):
            continue  # the library cannot say it in this way
    lines = ", ".join(f"{tomlkit.key(names).as_string()} = {v}" for names, v in entries.items())
    raise InputError(
        f"{path}: cannot be changed without changing what else it says, and is left as it is; "
        f"set there by hand: {lines}."
    )


def _updated(settings: Mapping[str, Any], entries: Entries) -> dict[str, Any]:
    """The settings with entries set, as plain tables."""
    wanted = deepcopy(dict(settings))
    for (*tables, camera), value in entries.items():
        table = wanted
        for name in tables:
            table = table.setdefault(name, {})
        table[camera] = value
    return wanted


def _edited(text: str, entries: Entries, make: Callable[[bool], Any]) -> str:
    """The text with entries set; ``make`` makes a table, of tables alone or not."""
    document = tomlkit.parse(text)
    for (*tables, camera), value in entries.items():
        table: Any = document
        for depth, name in enumerate(tables, start=1):
            if name not in table:
                table[name] = make(depth < len(tables))
            table = table[name]
        table[camera] = value
    return tomlkit.dumps(document)
