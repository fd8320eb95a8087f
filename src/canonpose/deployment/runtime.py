"""Lifting with an exported lifter: ONNX Runtime and numpy, no PyTorch.

Nothing in here, nor in what it imports, may import torch: a test holds it to that.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Poses
from canonpose.deployment.card import ModelCard
from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.lifter.joints import check_something_seen, in_skeleton
from canonpose.lifter.naming import EXPORTED, folder_named
from canonpose.lifter.poses import poses_of
from canonpose.lifter.subject_height import size_of_subject

BATCH = 8192
"""Frames a pass; bounds the memory of long recordings."""


class ModelOutput(NamedTuple):
    """What an exported lifter returns; NaN in frames that cannot be lifted."""

    positions: Float[np.ndarray, "frame joint 3"]
    """Camera frame (x right, y down, z away), root joint at the origin, in body heights."""
    canonical: Float[np.ndarray, "frame joint 3"]
    """The same in the canonical frame."""
    rotation: Float[np.ndarray, "frame 3 3"]
    """From the canonical to the camera frame."""
    sigma: Float[np.ndarray, "frame joint"] | None = None
    """How far joints may be off, in body heights, where the lifter knows."""


@dataclass(frozen=True, eq=False)
class OnnxLifter:
    """An exported lifter, ready to run."""

    session: Any
    """ONNX Runtime's."""
    card: ModelCard

    def __call__(
        self,
        keypoints: Float[np.ndarray, "frame joint 2"],
        scores: Float[np.ndarray, "frame joint"],
    ) -> ModelOutput:
        """Lift frames of the lifter's own joints.

        Parameters
        ----------
        keypoints : array [frame, joint, 2]
            Pixels, NaN where missing.
        scores : array [frame, joint]
            Confidences, 0 where missing.
        """
        inputs = (keypoints.astype(np.float32), scores.astype(np.float32))
        starts = range(0, max(len(keypoints), 1), BATCH)
        passes = [
            self.session.run(
                None,
                {
                    name: part[start : start + BATCH]
                    for name, part in zip(("keypoints", "scores"), inputs, strict=True)
                },
            )
            for start in starts
        ]
        return ModelOutput(*(np.concatenate(parts) for parts in zip(*passes, strict=True)))

    def lift(self, keypoints: Keypoints, *, subject_height: float | None = None) -> Poses:
        """Lift every frame of one camera's keypoints, as `canonpose.lift` does.

        Raises
        ------
        InputError
            If the keypoints lack the root joint altogether, or the height is no length.
        """
        skeleton = self.card.skeleton
        height, units = size_of_subject(subject_height, self.card.units, skeleton)
        seen = in_skeleton(keypoints, skeleton)
        lifted = self(seen.positions, seen.scores)
        check_something_seen(np.isnan(lifted.rotation[:, 0, 0]), keypoints, skeleton)
        return poses_of(
            seen,
            lifted.positions,
            lifted.canonical,
            lifted.rotation,
            units=units,
            size=height,
            sigma=lifted.sigma,
        )


def load_onnx(model: str | Path = "pretrained", *, threads: int = 0) -> OnnxLifter:
    """Read a lifter that `canonpose export` wrote.

    Parameters
    ----------
    model : path
        The file, or the folder of a trained lifter with a ``lifter.onnx`` in it; "pretrained" is
        the lifter that comes with canonpose.
    threads : int
        How many to compute with; as many as there are cores unless given.

    Raises
    ------
    InputError
        If there is no such file, or it is no exported lifter, is not that of the folder's lifter
        (any more), or its weights are damaged; or if ONNX Runtime is not installed.
    """
    onnxruntime = _import_onnxruntime()
    path = model_path(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors alone: what it optimises is not the user's business
    try:
        path.open("rb").close()
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except OSError as error:
        raise unreadable(path, error) from error
    except Exception as error:  # its own exceptions have no common base
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: cannot be run ({reason}); export it again.") from error
    card = ModelCard.from_metadata(session.get_modelmeta().custom_metadata_map, path)
    if card.weights_file:
        _check_weights(path.with_name(card.weights_file), card.weights_sha256)
    elif path != Path(model):
        _check_not_outdated(path, card)
    return OnnxLifter(session, card)


def model_path(model: str | Path) -> Path:
    """The file of an exported lifter, by its own name or that of its folder.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    path = folder_named(model)
    if not path.is_dir():
        return path
    if not (path / EXPORTED).is_file():
        raise InputError(
            f"{path}: holds no {EXPORTED}; write it with `canonpose export {path} -o "
            f"{path / EXPORTED}`."
        )
    return path / EXPORTED


def _check_weights(path: Path, expected: str) -> None:
    if sha256(path.read_bytes()).hexdigest() != expected:
        raise InputError(
            f"{path}: is damaged or belongs to another {EXPORTED} (its hash differs); restore both."
        )


def _check_not_outdated(path: Path, card: ModelCard) -> None:
    """A file that stands for its folder must be of the lifter that is there now."""
    lifter = path.with_name("lifter.json")
    try:
        now = json.loads(lifter.read_text("utf-8"))["weights"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # no lifter is there that it could contradict
    if now != card.weights_sha256:
        raise InputError(
            f"{path}: was exported from other weights than those beside it; write it again with "
            f"`canonpose export {path.parent} -o {path}`."
        )


def _import_onnxruntime() -> ModuleType:
    try:
        import onnxruntime
    except ImportError as error:
        raise InputError(
            "an exported lifter needs ONNX Runtime: pip install onnxruntime."
        ) from error
    return onnxruntime
