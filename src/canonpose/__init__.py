"""canonpose: 3D human pose from uncalibrated cameras, self-supervised.

>>> import canonpose
>>> capture = canonpose.read_capture("footage")  # doctest: +SKIP
>>> lifter = canonpose.train(capture, "run")  # doctest: +SKIP
>>> poses = canonpose.lift(canonpose.read_keypoints("clip.mp4"), lifter)  # doctest: +SKIP
>>> scores = canonpose.evaluate(poses, "reference.npz")  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

from canonpose.lazy import attributes_of

if TYPE_CHECKING:
    from canonpose.datamodel import Capture, Keypoints, Poses, Take
    from canonpose.deployment.export import export_onnx
    from canonpose.deployment.runtime import OnnxLifter, load_onnx
    from canonpose.detection.footage import detect_video
    from canonpose.detection.registry import DetectorConfig, create_detector
    from canonpose.errors import InputError, InputWarning
    from canonpose.exporters.npz import load_poses, save_poses
    from canonpose.exporters.overlay import write_overlay
    from canonpose.exporters.report import write_report
    from canonpose.fusing import FusionConfig, KnownRig, lift_views, read_rig
    from canonpose.inference import lift
    from canonpose.lifter import (
        Lifter,
        LifterConfig,
        TrainedLifter,
        load_lifter,
        pretrained_lifter,
        save_lifter,
    )
    from canonpose.lifter.temporal import temporal_of
    from canonpose.metrics import evaluate
    from canonpose.readers import from_arrays, read_capture, read_keypoints
    from canonpose.refining import RefineConfig, refine, train_refined
    from canonpose.skeleton import Skeleton
    from canonpose.solving import SolveConfig, Solved, solve, write_solved
    from canonpose.synchronisation.capture import synchronise
    from canonpose.training import PRESETS, TrainingConfig, preset, train
    from canonpose.training.store import Store, open_store, pack

__all__ = [
    "PRESETS",
    "Capture",
    "DetectorConfig",
    "FusionConfig",
    "InputError",
    "InputWarning",
    "Keypoints",
    "KnownRig",
    "Lifter",
    "LifterConfig",
    "OnnxLifter",
    "Poses",
    "RefineConfig",
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
    "export_onnx",
    "from_arrays",
    "lift",
    "lift_views",
    "load_lifter",
    "load_onnx",
    "load_poses",
    "open_store",
    "pack",
    "preset",
    "pretrained_lifter",
    "read_capture",
    "read_keypoints",
    "read_rig",
    "refine",
    "save_lifter",
    "save_poses",
    "solve",
    "synchronise",
    "temporal_of",
    "train",
    "train_refined",
    "write_overlay",
    "write_report",
    "write_solved",
]

__getattr__, __dir__ = attributes_of(
    __name__,
    {
        "Capture": "canonpose.datamodel",
        "DetectorConfig": "canonpose.detection.registry",
        "FusionConfig": "canonpose.fusing",
        "InputError": "canonpose.errors",
        "InputWarning": "canonpose.errors",
        "Keypoints": "canonpose.datamodel",
        "KnownRig": "canonpose.fusing",
        "Lifter": "canonpose.lifter",
        "LifterConfig": "canonpose.lifter",
        "OnnxLifter": "canonpose.deployment.runtime",
        "PRESETS": "canonpose.training",
        "Poses": "canonpose.datamodel",
        "RefineConfig": "canonpose.refining",
        "Skeleton": "canonpose.skeleton",
        "SolveConfig": "canonpose.solving",
        "Solved": "canonpose.solving",
        "Store": "canonpose.training.store",
        "Take": "canonpose.datamodel",
        "TrainedLifter": "canonpose.lifter",
        "TrainingConfig": "canonpose.training",
        "create_detector": "canonpose.detection.registry",
        "detect_video": "canonpose.detection.footage",
        "evaluate": "canonpose.metrics",
        "export_onnx": "canonpose.deployment.export",
        "from_arrays": "canonpose.readers",
        "lift": "canonpose.inference",
        "lift_views": "canonpose.fusing",
        "load_lifter": "canonpose.lifter",
        "load_onnx": "canonpose.deployment.runtime",
        "load_poses": "canonpose.exporters.npz",
        "open_store": "canonpose.training.store",
        "pack": "canonpose.training.store",
        "preset": "canonpose.training",
        "pretrained_lifter": "canonpose.lifter",
        "read_capture": "canonpose.readers",
        "read_keypoints": "canonpose.readers",
        "read_rig": "canonpose.fusing",
        "refine": "canonpose.refining",
        "save_lifter": "canonpose.lifter",
        "save_poses": "canonpose.exporters.npz",
        "solve": "canonpose.solving",
        "synchronise": "canonpose.synchronisation.capture",
        "temporal_of": "canonpose.lifter.temporal",
        "train": "canonpose.training",
        "train_refined": "canonpose.refining",
        "write_overlay": "canonpose.exporters.overlay",
        "write_report": "canonpose.exporters.report",
        "write_solved": "canonpose.solving",
    },
)
