"""What computes the lifter: PyTorch, or ONNX Runtime, of which each is imported only where used."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from canonpose.datamodel import Keypoints, Poses
from canonpose.errors import InputError, InputWarning
from canonpose.lifter.naming import PRETRAINED

LOWEST_FPS = 10.0
"""The frame rate down to which temporal lifters are trained."""

Runtime = Literal["torch", "onnx"]
Lifting = Callable[[Keypoints, float | None], Poses]
"""One camera's keypoints and the height of the subject, in metres, to poses."""


def lifting_by(runtime: Runtime, model: str, device: str, *, single_frame: bool = False) -> Lifting:
    """How to lift with a model, which is read now.

    Parameters
    ----------
    runtime : {"torch", "onnx"}
    model : str
        The folder of a trained lifter, "pretrained", or for ONNX an exported file.
    device : str
        For PyTorch.
    single_frame : bool
        Lift every frame by itself, even if the model can join them over time; ONNX always does.

    Warns
    -----
    InputWarning
        When frames could be joined, if only their rate were known.

    Raises
    ------
    InputError
        If there is no such model, or ONNX Runtime is to use another device than the CPU.
    """
    if runtime == "onnx":
        return _by_onnx(model, device)
    if Path(model).suffix == ".onnx":
        raise InputError(f"-m {model}: is an exported lifter; add --runtime onnx.")
    from canonpose.inference import lift
    from canonpose.lifter.pretrained import lifter_named
    from canonpose.lifter.temporal import borrowed_temporal, own_temporal

    lifter = lifter_named(model)
    own = None if single_frame else own_temporal(model)
    temporal = own or (None if single_frame else borrowed_temporal(lifter.skeleton))
    asked_for = own is not None and model != PRETRAINED

    def lifting(keypoints: Keypoints, height: float | None) -> Poses:
        over_time = temporal if asked_for or is_recording(keypoints) else None
        if temporal is not None and over_time is None:
            _warn_of_unknown_rate(keypoints)
        return lift(keypoints, lifter, temporal=over_time, subject_height=height, device=device)

    return lifting


def is_recording(keypoints: Keypoints) -> bool:
    """Whether frames are known to follow each other closely, and are not pictures of any moments.

    A run joins frames over time if its user trained it to (``--window``); the temporal lifter that
    comes with canonpose does so unasked.
    """
    return keypoints.fps is not None and keypoints.fps >= LOWEST_FPS


def _warn_of_unknown_rate(keypoints: Keypoints) -> None:
    if keypoints.fps is None and len(keypoints) > 1:
        warnings.warn(
            f"{keypoints.source or keypoints.camera}: does not tell its frame rate, so each of its "
            f"{len(keypoints)} frames is lifted by itself; --fps says it and joins them over time, "
            f"--single-frame says that they are pictures.",
            InputWarning,
            stacklevel=3,
        )


def _by_onnx(model: str, device: str) -> Lifting:
    from canonpose.deployment.runtime import load_onnx

    if device not in ("auto", "cpu"):
        raise InputError(f"--device {device}: --runtime onnx computes on the CPU; leave it out.")
    exported = load_onnx(model)
    return lambda keypoints, height: exported.lift(keypoints, subject_height=height)
