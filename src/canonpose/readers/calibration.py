"""Calibrated cameras from files: our JSON list, anipose's TOML, and Qualisys' ``.qca.txt``."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import numpy as np
import roma
import torch
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.files import read_text
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.readers.reference import BODY_UNITS, LENGTHS

_Value = TypeVar("_Value")

_QCA_UNITS_PER_PIXEL = 64
_QCA_CAMERA_TO_OURS = np.diag([1.0, -1.0, -1.0])
"""A Qualisys camera looks along its -z, y up."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """The cameras of a file, and their unit of length."""

    cameras: dict[str, Camera]
    """By name, in the order of the file."""
    units: str
    """Of the translations: "m", to which cm and mm are brought, or the body of a solution."""
    says_units: bool
    """Whether the file does."""


@dataclass(frozen=True, eq=False)
class _Read:
    """One camera of a file, and what the file says of its unit."""

    camera: Camera
    """Its translation in metres, or in bodies."""
    units: str | None


def read_calibration(path: str | Path, *, units: str = "m") -> dict[str, Camera]:
    """Read the cameras of a calibration file, by name.

    Three formats, told apart by their first character and the ending ``.toml``:

    - JSON: a list of cameras, each with ``name``, ``size`` (width, height), ``matrix`` (3x3, px),
      ``distortions`` (k1 k2 p1 p2 [k3], optional), ``rotation`` (3x3 or a Rodrigues vector) and
      ``translation``, with ``x_camera = R x_world + t``, and optionally ``units`` of the latter:
      "m", "cm" or "mm", or "body_height" or "bone_length" of `canonpose solve`.
    - anipose's or Pose2Sim's TOML: a table of the same entries for each camera; ``units`` may stand
      in the table ``metadata`` for all of them.
    - Qualisys ``.qca.txt``: XML in millimetres.

    Parameters
    ----------
    path : path
        The calibration file.
    units : {"m", "cm", "mm"}
        Of the translations of a file that does not declare its own. Scores do not depend on
        them, because poses are relative to their root; triangulated positions do.

    Returns
    -------
    dict of Camera
        In the order of the file; translations are in metres, those in bodies as if a body were one.

    Raises
    ------
    InputError
        If the file cannot be read, is of none of these formats, or a camera of it is incomplete or
        has a fisheye lens.
    """
    return read_calibration_and_units(path, units=units).cameras


def read_calibration_and_units(path: str | Path, *, units: str = "m") -> Calibration:
    """Read a calibration file as `read_calibration` does, and what its world is measured in.

    Raises
    ------
    InputError
        If `read_calibration` would, or some cameras are in bodies and others are not.
    """
    path = Path(path)
    text = read_text(path, "is not text; give a camera JSON file or a Qualisys .qca.txt")
    found = _parse(text, path, units)
    by_name = {read.camera.name: read.camera for read in found}
    if not found or len(by_name) < len(found):
        problem = "names a camera twice" if found else "holds no camera"
        raise InputError(f"{path}: {problem}; give every camera one entry.")
    worlds = {str(read.units) if read.units in BODY_UNITS else "m" for read in found}
    if len(worlds) > 1:
        raise InputError(
            f"{path}: its cameras' units do not go together ({', '.join(sorted(worlds))}); write "
            f"all translations in one."
        )
    says_units = all(read.units is not None for read in found)
    return Calibration(by_name, worlds.pop(), says_units)


def _parse(text: str, path: Path, units: str) -> list[_Read]:
    if text.lstrip().startswith("<"):
        return [_Read(camera, "mm") for camera in _parse_qualisys(text, path)]
    if path.suffix.casefold() == ".toml":
        return _parse_toml(text, path, units)
    return _parse_json(text, path, units)


def choose(table: Mapping[str, _Value], camera: str, where: str | Path) -> _Value:
    """The entry of a camera, its name matched regardless of case, ``_`` and ``-``.

    Parameters
    ----------
    table : mapping
        By camera name.
    camera : str
        The name to look for.
    where : path
        The table's file, for the message.

    Raises
    ------
    InputError
        If no entry matches, or several do and none exactly.
    """
    if camera in table:
        return table[camera]
    matches = [name for name in table if plain_name(name) == plain_name(camera)]
    if len(matches) != 1:
        problem = f"several cameras like {camera!r}" if matches else f"no camera {camera!r}"
        raise InputError(f"{where}: holds {problem}; it has {', '.join(table)}: name one of them.")
    return table[matches[0]]


def plain_name(camera: str) -> str:
    """A camera's name as it is compared: ``Cam_01`` and ``cam01`` are the same camera."""
    return camera.casefold().replace("_", "").replace("-", "")


def _parse_json(text: str, path: Path, units: str) -> list[_Read]:
    try:
        entries = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(
            f"{path}: is not complete JSON ({error}); give a camera JSON file or a .qca.txt."
        ) from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{path}: must be a list of cameras; see the documentation's example.")
    return _cameras_of(entries, path, units)


def _parse_toml(text: str, path: Path, units: str) -> list[_Read]:
    """Tables with a matrix are cameras, named by their ``name`` or their title."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not complete TOML ({error}); export it again.") from error
    notes = tables.get("metadata")
    for_all = {"units": notes["units"]} if isinstance(notes, dict) and "units" in notes else {}
    entries = [
        {"name": title, **for_all, **table}
        for title, table in tables.items()
        if isinstance(table, dict) and "matrix" in table
    ]
    return _cameras_of(entries, path, units)


def _cameras_of(entries: Sequence[Mapping[str, Any]], path: Path, units: str) -> list[_Read]:
    cameras = []
    for place, entry in enumerate(entries):
        where = f"{path}: camera {entry.get('name', place)!r}"
        if not isinstance(entry.get("name"), str):
            raise InputError(f"{where}: has no name; add it.")
        if entry.get("fisheye"):
            # Its coefficients are of another model, and would be taken for Brown and Conrady's.
            raise InputError(
                f"{where}: its lens is a fisheye (fisheye = true), which is not read; undistort "
                f"its footage and write the camera without fisheye and distortions, or leave the "
                f"camera out."
            )
        length = entry.get("units", units)
        if not isinstance(length, str) or length not in LENGTHS:
            raise InputError(f"{where}: units {length!r} are unknown; use m, cm or mm.")
        cameras.append(_Read(_camera(entry, LENGTHS[length], where), entry.get("units")))
    return cameras


def _camera(entry: Mapping[str, Any], metres: float, where: str) -> Camera:
    """One camera, whose file counts lengths in so many metres."""
    rotation = _numbers(entry, "rotation", ((3,), (3, 3)), where)
    size = _numbers(entry, "size", ((2,),), where)
    return Camera(
        name=entry["name"],
        size=(int(size[0]), int(size[1])),
        matrix=_numbers(entry, "matrix", ((3, 3),), where),
        distortion=_five(entry, where),
        rotation=_checked_rotation(_matrix_of(rotation), where),
        translation=_numbers(entry, "translation", ((3,),), where) * metres,
    )


def _numbers(
    entry: Mapping[str, Any], key: str, shapes: tuple[tuple[int, ...], ...], where: str
) -> Float[np.ndarray, "..."]:
    """An entry as an array of one of the allowed shapes, all finite."""
    try:
        value = np.asarray(entry[key], dtype=np.float64)
    except KeyError:
        raise InputError(f"{where}: has no {key!r}; add it.") from None
    except (TypeError, ValueError):
        raise InputError(f"{where}: {key!r} must be numbers; correct it.") from None
    if value.shape not in shapes or not np.isfinite(value).all():
        wanted = " or ".join("x".join(map(str, shape)) for shape in shapes)
        raise InputError(f"{where}: {key!r} must be {wanted} finite numbers; correct it.")
    return value


def _five(entry: Mapping[str, Any], where: str) -> Float[np.ndarray, "5"]:
    """The distortion coefficients; those that are not given are 0."""
    if "distortions" not in entry:
        return np.zeros(5)
    given = _numbers(entry, "distortions", ((2,), (4,), (5,)), where)
    return np.pad(given, (0, 5 - len(given)))


def _matrix_of(rotation: Float[np.ndarray, "..."]) -> Float[np.ndarray, "3 3"]:
    if rotation.shape == (3, 3):
        return rotation
    return roma.rotvec_to_rotmat(torch.from_numpy(rotation)).numpy()


def _checked_rotation(rotation: Float[np.ndarray, "3 3"], where: str) -> Float[np.ndarray, "3 3"]:
    if not roma.is_rotation_matrix(torch.from_numpy(rotation), epsilon=1e-3):
        raise InputError(f"{where}: its rotation is not a rotation matrix; correct it.")
    return rotation


def _parse_qualisys(text: str, path: Path) -> list[Camera]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        # Calibrations have none, and nested entities can fill the memory.
        raise InputError(f"{path}: declares XML entities; remove its DOCTYPE.")
    try:
        root = ElementTree.fromstring(text.encode())
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise InputError(f"{path}: is not complete XML ({error}); export it again.") from error
    return [_qualisys_camera(element, path) for element in root.iterfind("cameras/camera")]


def _qualisys_camera(element: ElementTree.Element, path: Path) -> Camera:
    """One camera: pixels in units of 1/64, positions in mm, the transform from camera to world.

    ``r11 r12 r13`` is the camera's x axis in the world, and so on: read row by row, the numbers are
    the rotation from the world to Qualisys' camera frame.
    """
    name = element.get("serial", "")
    where = f"{path}: camera {name!r}"
    fov = _attributes(element, "fov_video", ("left", "top", "right", "bottom"), where)
    lens = _attributes(
        element,
        "intrinsic",
        ("focalLengthU", "focalLengthV", "centerPointU", "centerPointV", "skew"),
        where,
    )
    bend = _attributes(
        element,
        "intrinsic",
        (
            "radialDistortion1",
            "radialDistortion2",
            "tangentalDistortion1",
            "tangentalDistortion2",
            "radialDistortion3",
        ),
        where,
    )
    axes = tuple(f"r{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3))
    turn = np.array(_attributes(element, "transform", axes, where)).reshape(3, 3)
    rotation = _QCA_CAMERA_TO_OURS @ _checked_rotation(turn, where)
    position = np.array(_attributes(element, "transform", ("x", "y", "z"), where))
    left, top, right, bottom = fov
    focal_u, focal_v, centre_u, centre_v, skew = (v / _QCA_UNITS_PER_PIXEL for v in lens)
    return Camera(
        name=name,
        size=(round(right - left + 1), round(bottom - top + 1)),
        matrix=np.array(
            [[focal_u, skew, centre_u - left], [0.0, focal_v, centre_v - top], [0.0, 0.0, 1.0]]
        ),
        distortion=np.array(bend),
        rotation=rotation,
        translation=-rotation @ position * UNITS_IN_METRES["mm"],
    )


def _attributes(
    element: ElementTree.Element, tag: str, names: tuple[str, ...], where: str
) -> tuple[float, ...]:
    """Numbers of a child element; distortion and skew are 0 where a version leaves them out."""
    child = element.find(tag)
    if child is None:
        raise InputError(f"{where}: has no <{tag}>; export the calibration again.")
    optional = {name for name in names if "Distortion" in name or name == "skew"}
    values = []
    for name in names:
        try:
            values.append(float(child.get(name, "0" if name in optional else "")))
        except ValueError:
            raise InputError(
                f"{where}: <{tag}> has no number {name!r}; export the calibration again."
            ) from None
    if not all(math.isfinite(value) for value in values):
        raise InputError(f"{where}: <{tag}> is not finite; export the calibration again.")
    return tuple(values)
