"""What an ONNX file says of itself, in its metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton

FORMAT = "canonpose-lifter-onnx"
FORMAT_VERSION = "1"

Precision = Literal["fp32", "fp16", "int8"]
"""How the weights are kept; int8 also multiplies in whole numbers."""


@dataclass(frozen=True)
class ModelCard:
    """The metadata of an exported lifter."""

    skeleton: Skeleton
    """The joints of the inputs and outputs, in their order."""
    units: str
    """Of the outputs: "body_height" or "bone_length"."""
    precision: Precision
    weights_sha256: str
    """Of the lifter's ``lifter.safetensors``."""
    card_sha256: str
    """Of the lifter's ``lifter.json``, which says how it was trained."""
    version: str
    """Of the canonpose that exported it."""
    weights_file: str = ""
    """Where the weights are if not in the file itself: the name of a file beside it."""

    def to_metadata(self) -> dict[str, str]:
        """Texts by name, as ONNX keeps them."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "skeleton": json.dumps(self.skeleton.to_dict()),
            "units": self.units,
            "frame": "camera: x right, y down, z away; relative to the root joint",
            "precision": self.precision,
            "weights_sha256": self.weights_sha256,
            "card_sha256": self.card_sha256,
            "weights_file": self.weights_file,
            "canonpose_version": self.version,
        }

    @classmethod
    def from_metadata(cls, texts: Mapping[str, str], path: Path) -> "ModelCard":
        """What `to_metadata` wrote.

        Raises
        ------
        InputError
            If the file is no exported lifter, or one of another version.
        """
        if texts.get("format") != FORMAT:
            raise InputError(
                f"{path}: is an ONNX file, but no lifter; give one that `canonpose export` wrote."
            )
        if texts.get("format_version") != FORMAT_VERSION:
            raise InputError(
                f"{path}: was exported by another version of canonpose (format "
                f"{texts.get('format_version')!r}, this one reads {FORMAT_VERSION}); export again."
            )
        try:
            return cls(
                skeleton=Skeleton.from_dict(json.loads(texts["skeleton"])),
                units=texts["units"],
                precision=texts["precision"],  # type: ignore[arg-type]
                weights_sha256=texts["weights_sha256"],
                card_sha256=texts["card_sha256"],
                version=texts["canonpose_version"],
                weights_file=texts["weights_file"],
            )
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{path}: its metadata is damaged ({error}); export it again."
            ) from error
