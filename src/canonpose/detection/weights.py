"""Where the weights of BlazePose are, and how they get there.

They are Google's, under the Apache licence 2.0, and part of the npm package ``@mediapipe/pose``.
canonpose neither holds nor downloads them itself: the user's npm does.
"""

import json
import subprocess
import tarfile
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory

from canonpose.cache import cache_folder
from canonpose.errors import InputError
from canonpose.files import unreadable, write_whole

PACKAGE = "@mediapipe/pose@0.5.1675469404"
INTEGRITY = "sha512-" + (
    "DFZsNWTsSphRIZppnUCuunzBiHP2FdJXR9ehc7mMi4KG+oPaOH0Em3d6kr7Py+TSyTXC1doH88KcF28k2sBxsQ=="
)
"""Of the package's archive, as npm writes it."""
NOTICE = f"""BlazePose, by Google LLC, from the npm package {PACKAGE}.
Licensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0
"""


@dataclass(frozen=True)
class WeightFile:
    """One network."""

    name: str
    """In our cache."""
    packed: str
    """In the package."""
    sha256: str


PERSON_DETECTOR = WeightFile(
    "pose_detection.tflite",
    "pose_solution_packed_assets.data",
    "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
)
LANDMARKS = {
    variant: WeightFile(f"pose_landmark_{variant}.tflite", f"pose_landmark_{variant}.tflite", sha)
    for variant, sha in (
        ("heavy", "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe"),
        ("full", "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"),
        ("lite", "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61"),
    )
}


def weights_folder() -> Path:
    """Where fetched weights are kept."""
    return cache_folder() / "weights" / "blazepose"


def weights_present(variant: str = "heavy") -> bool:
    """Whether the cache has what this variant needs."""
    folder = weights_folder()
    return all((folder / file.name).is_file() for file in (PERSON_DETECTOR, LANDMARKS[variant]))


def blazepose_files(variant: str = "heavy", given: Path | None = None) -> tuple[Path, Path]:
    """The person detector's file and the landmark network's.

    Parameters
    ----------
    variant : {"heavy", "full", "lite"}
    given : path, optional
        A folder with both, under our names or those of the npm package; or the landmark network's
        file, whatever its name, with the person detector beside it or in the cache. The cache
        alone unless given.

    Raises
    ------
    InputError
        If one is not there.
    """
    if given is None:
        if not weights_present(variant):
            more = "" if variant == "heavy" else f" --variants {variant}"
            raise InputError(
                f"{weights_folder()}: holds no weights of blazepose-{variant}; run canonpose "
                f"weights{more}, or name your own files by --weights."
            )
        return weights_folder() / PERSON_DETECTOR.name, weights_folder() / LANDMARKS[variant].name
    if not given.exists():
        raise InputError(f"{given}: there are no weights there; check --weights.")
    folder, landmarks = given, given / LANDMARKS[variant].name
    if given.is_file():
        folder, landmarks = given.parent, given
    beside = [folder / PERSON_DETECTOR.name, folder / PERSON_DETECTOR.packed]
    if given.is_file():
        beside.append(weights_folder() / PERSON_DETECTOR.name)
    detector = next((path for path in beside if path.is_file()), None)
    if detector is None:
        raise InputError(
            f"{folder}: holds no person detector ({PERSON_DETECTOR.name}); put it there or run "
            f"canonpose weights."
        )
    if not landmarks.is_file():
        raise InputError(
            f"{folder}: holds no {landmarks.name}; put it there, or choose another variant."
        )
    return detector, landmarks


def fetch_weights(
    variants: Collection[str] = ("heavy",), archive: Path | None = None
) -> tuple[Path, ...]:
    """Bring the person detector and these landmark networks into the cache.

    Parameters
    ----------
    variants : collection of {"heavy", "full", "lite"}
    archive : path, optional
        The npm package's .tgz, for machines without a network; npm fetches it unless given.

    Returns
    -------
    tuple of path
        The files, the person detector first.

    Raises
    ------
    InputError
        If npm is missing or fails, or a file is not what it was when this was written.
    """
    wanted = (PERSON_DETECTOR, *(LANDMARKS[variant] for variant in variants))
    if archive is not None:
        return _extract(archive, wanted)
    with TemporaryDirectory() as temporary:
        return _extract(_pack(Path(temporary)), wanted)


def _pack(folder: Path) -> Path:
    """Let npm fetch the package's archive, without installing anything."""
    command = ["npm", "pack", PACKAGE, "--json", "--ignore-scripts"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InputError(
            f"npm cannot be run ({error.strerror}); install Node.js, or get the package {PACKAGE} "
            f"on another machine by npm pack and name the file by --archive."
        ) from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise InputError(
            f"npm cannot fetch {PACKAGE} ({_reason(done)}); check the network connection, or get "
            f"the package on another machine by npm pack and name the file by --archive."
        )
    return archives[0]


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    """What npm says went wrong, on one line."""
    try:
        return str(json.loads(done.stdout)["error"]["summary"])
    except (ValueError, KeyError, TypeError):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return lines[0].strip() if lines else "no reason given"


def _extract(archive: Path, wanted: Collection[WeightFile]) -> tuple[Path, ...]:
    """Check the archive and each file, then write the files whole."""
    try:
        content = archive.read_bytes()
    except OSError as error:
        raise unreadable(archive, error) from error
    if f"sha512-{b64encode(sha512(content).digest()).decode()}" != INTEGRITY:
        raise InputError(
            f"{archive.name}: is not the package {PACKAGE} as it was (its hash differs); fetch it "
            f"again, and if that does not help, tell the authors of canonpose."
        )
    folder = weights_folder()
    with tarfile.open(archive) as package:
        for file in wanted:
            member = package.extractfile(f"package/{file.packed}")
            data = member.read() if member is not None else b""
            if sha256(data).hexdigest() != file.sha256:
                raise InputError(
                    f"{archive.name}: its {file.packed} is not what it was (its hash differs); "
                    f"tell the authors of canonpose."
                )
            write_whole(folder / file.name, data)
    write_whole(folder / "LICENCE.txt", NOTICE)
    return tuple(folder / file.name for file in wanted)
