"""canonpose: 3D human pose from uncalibrated cameras, self-supervised.

>>> import canonpose
>>> capture = canonpose.read_capture("footage")  # doctest: +SKIP
>>> lifter = canonpose.train(capture, "run")  # doctest: +SKIP
>>> poses = canonpose.lift(canonpose.read_keypoints("clip.mp4"), lifter)  # doctest: +SKIP
>>> scores = canonpose.evaluate(poses, "reference.npz")  # doctest: +SKIP
"""

from canonpose.datamodel import Capture, Keypoints, Poses, Take
from canonpose.detection.footage import detect_video
from canonpose.detection.registry import DetectorConfig, create_detector
from canonpose.errors import InputError, InputWarning
from canonpose.exporters.npz import load_poses, save_poses
from canonpose.exporters.overlay import write_overlay
from canonpose.exporters.report import write_report
from canonpose.inference import lift
from canonpose.lifter import (
    Lifter,
    LifterConfig,
    TrainedLifter,
    load_lifter,
    pretrained_lifter,
    save_lifter,
)
from canonpose.metrics import evaluate
from canonpose.readers import from_arrays, read_capture, read_keypoints
from canonpose.skeleton import Skeleton
from canonpose.solving import SolveConfig, Solved, solve, write_solved
from canonpose.synchronisation.capture import synchronise
from canonpose.training import PRESETS, TrainingConfig, preset, train
from canonpose.training.store import Store, open_store, pack

__all__ = [
    "PRESETS",
    "Capture",
    "DetectorConfig",
    "InputError",
    "InputWarning",
    "Keypoints",
    "Lifter",
    "LifterConfig",
    "Poses",
    "Skeleton",
    "SolveConfig",
    "Solved",
    "Store",
    "Take",
    "TrainedLifter",
    "TrainingConfig",
    "create_detector",
    "detect_video",
    "evaluate",
    "from_arrays",
    "lift",
    "load_lifter",
    "load_poses",
    "open_store",
    "pack",
    "preset",
    "pretrained_lifter",
    "read_capture",
    "read_keypoints",
    "save_lifter",
    "save_poses",
    "solve",
    "synchronise",
    "train",
    "write_overlay",
    "write_report",
    "write_solved",
]
