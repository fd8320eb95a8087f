"""RTMPose (Jiang et al., 2023) by way of the package rtmlib: people, then their joints.

Every frame stands for itself; nobody is followed.
"""

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, UInt8

from canonpose.detection.registry import DetectorConfig
from canonpose.errors import InputError
from canonpose.skeleton import layout

PORT = 1
"""Counts up whenever this package's own code changes what is found."""


@dataclass(frozen=True)
class RTMPoseConfig:
    """Settings of RTMPose."""

    layout: Literal["coco17", "halpe26"] = "coco17"
    """What joints the pose network has; halpe26 has feet."""
    pose_model: Path | None = None
    """An .onnx file of RTMPose; rtmlib downloads its "balanced" one unless given."""
    person_model: Path | None = None
    """An .onnx file of YOLOX for people; likewise."""
    people: int = 3
    """The most people in a frame; larger ones go before smaller ones."""
    threads: int = 2
    """Processor threads of each network."""


class RTMPose:
    """RTMPose on onnxruntime; see `canonpose.detection.Detector`.

    The score of a joint is the mean of the largest values that the network gives along x and
    along y (SimCC), cut to 0..1. They are no likelihoods: for a joint in plain sight they come
    close to 1 and may exceed it.

    Raises
    ------
    InputError
        If the extra is not installed, a model is missing or no such network, or cannot be
        downloaded.
    """

    def __init__(self, config: RTMPoseConfig = RTMPoseConfig()) -> None:
        try:
            import rtmlib
        except ImportError as error:
            raise InputError(
                f"RTMPose needs rtmlib ({error}); run pip install 'canonpose[rtmpose]'."
            ) from error
        self.config = config
        self.name = "rtmpose" if config.layout == "coco17" else f"rtmpose-{config.layout}"
        self.skeleton = layout(config.layout)
        solution = rtmlib.Body if config.layout == "coco17" else rtmlib.BodyWithFeet
        defaults = solution.MODE["balanced"]
        self._find = _load(rtmlib.YOLOX, config.person_model, defaults["det"], config.threads)
        self._pose = _load(rtmlib.RTMPose, config.pose_model, defaults["pose"], config.threads)
        height, width = _input_size(self._find)
        self._find.model_input_size = height, width
        height, width = _input_size(self._pose)
        self._pose.model_input_size = width, height
        self.version = f"{PORT}-{version('rtmlib')}-{_hash(self._find, self._pose)}-{config.people}"

    def begin(self) -> None:
        """Nothing is remembered from frame to frame."""

    def detect(
        self, image: UInt8[np.ndarray, "height width 3"]
    ) -> Float[np.ndarray, "person joint 3"]:
        """Everyone in the next frame, as (x, y, score)."""
        joints = len(self.skeleton.detected)
        # rtmlib leaves the order of the channels to its caller: YOLOX was trained on blue, green,
        # red, RTMPose on red, green, blue.
        boxes = np.reshape(self._find(np.ascontiguousarray(image[..., ::-1])), (-1, 4))
        if not len(boxes):  # of which rtmlib would make the whole image
            return np.empty((0, joints, 3))
        sizes = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
        largest = np.argsort(-sizes, kind="stable")[: self.config.people]
        positions, values = self._pose(image, bboxes=boxes[largest])
        if positions.shape[1] != joints:
            raise InputError(
                f"{self._pose.onnx_model}: has {positions.shape[1]} joints where "
                f"{self.config.layout} has {joints}; use another model or the other RTMPose "
                f"detector."
            )
        scores = np.clip(values.astype(np.float64), 0, 1)
        seen = scores > 0
        positions = np.where(seen[..., None], positions, np.nan)
        return np.concatenate([positions, scores[..., None]], axis=-1)


def from_config(config: DetectorConfig) -> RTMPose:
    """RTMPose from the settings that all detectors share."""
    return RTMPose(
        RTMPoseConfig(
            layout="halpe26" if config.name.endswith("halpe26") else "coco17",
            pose_model=config.pose_model,
            person_model=config.person_model,
            people=config.people,
            threads=config.threads,
        )
    )


def _load(make: Callable[..., Any], given: Path | None, url: str, threads: int) -> Any:
    """One of rtmlib's networks, from a file or its own download."""
    import onnxruntime

    if given is not None and not given.is_file():
        raise InputError(f"{given}: there is no such model; check the path.")
    try:
        with redirect_stdout(sys.stderr):
            network = make(str(given or url), backend="onnxruntime", device="cpu")
        # rtmlib takes every core; a second session costs a moment and keeps to the threads.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        network.session = onnxruntime.InferenceSession(
            network.onnx_model, options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime's and rtmlib's errors share no class of their own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if given is not None:
            raise InputError(
                f"{given}: is not a network that can be run ({reason}); give an .onnx file."
            ) from error
        raise InputError(
            f"rtmlib cannot download {url} ({reason}); get the .onnx files on another machine and "
            f"name them by --pose-model and --person-model."
        ) from error
    return network


def _input_size(network: Any) -> tuple[int, int]:
    """Height and width that a network wants, by its own file."""
    *_, height, width = network.session.get_inputs()[0].shape
    if not isinstance(height, int) or not isinstance(width, int):
        named: tuple[int, int] = network.model_input_size
        return named
    return height, width


def _hash(*networks: Any) -> str:
    """Of their files, short."""
    digest = sha256()
    for network in networks:
        digest.update(Path(network.onnx_model).read_bytes())
    return digest.hexdigest()[:12]
