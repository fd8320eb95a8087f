"""Offsets and drifts into ``capture.toml``, with all else as it was, comments too."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit import TOMLDocument

from canonpose.errors import InputError
from canonpose.files import unreadable, write_whole
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.synchronisation.take import TakeClocks


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
        If the file cannot be read or written.
    """
    path = folder / FILE_NAME
    document = _load(path)
    changes: list[str] = []
    for take in takes:
        own = take.name in document.get("takes", {})
        place = f"takes.{take.name}." if own or all_takes > 1 else ""
        table: Any = document
        for name in ("takes", take.name) if place else ():
            table = _inside(table, name, super_table=True)
        general = document if place else {}
        offsets = {clock.camera: clock.offset for clock in take.clocks}
        changes += _update(table, "offsets", offsets, general, place)
        drifts = {clock.camera: clock.drift for clock in take.clocks}
        changes += _update(table, "drifts", drifts, general, place)
    if changes:
        write_whole(path, tomlkit.dumps(document))
    return changes


def _load(path: Path) -> TOMLDocument:
    try:
        return tomlkit.parse(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise unreadable(path, error) from error
    except (UnicodeDecodeError, tomlkit.exceptions.ParseError) as error:
        raise InputError(f"{path}: is not a TOML file ({error}); correct it there.") from error


def _update(
    above: Any, word: str, values: Mapping[str, float], general: Mapping[str, Any], place: str
) -> list[str]:
    """Set the cameras' values in a table; 0 is written only where something else would hold."""
    changes = []
    for camera, value in values.items():
        before = above.get(word, {}).get(camera)
        holds = before if before is not None else general.get(word, {}).get(camera, 0)
        if holds == value:
            continue
        _inside(above, word)[camera] = int(value) if value.is_integer() else value
        was = f", was {before:g}" if before is not None else ""
        changes.append(f"{place}{word}: {camera} = {value:g}{was}")
    return changes


def _inside(above: Any, name: str, *, super_table: bool = False) -> Any:
    """A table in a table, made where it is missing; a super table holds tables alone."""
    if name not in above:
        above[name] = tomlkit.table(is_super_table=super_table)
    return above[name]
