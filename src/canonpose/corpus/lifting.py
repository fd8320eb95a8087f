"""Many files lifted to 3D, each by itself, as tasks."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from canonpose.corpus.detection import detector_of, longest_first, share_long_videos, shares
from canonpose.corpus.engine import DEFAULT_ENGINE, EngineSettings, engine_of, run
from canonpose.corpus.task import Outcome, Task, TaskProgress, ignore
from canonpose.deployment.runtimes import Lifting, Runtime, lifting_by
from canonpose.detection.cache import FOLDER, cache_of
from canonpose.detection.footage import Progress, detect_video
from canonpose.detection.registry import DEFAULT_DETECTOR, DetectorConfig
from canonpose.errors import InputError
from canonpose.exporters.npz import load_poses, save_poses
from canonpose.files import unreadable, write_whole
from canonpose.lifter.naming import PRETRAINED, folder_named
from canonpose.people.detections import Detections
from canonpose.readers.one_view import OneView, view_of_file
from canonpose.video.opening import is_video

MODEL_FILES = (".json", ".onnx", ".safetensors")
"""What lifting may depend on in the folder of a lifter."""


@dataclass(frozen=True)
class LiftSettings:
    """How every file of a corpus is lifted."""

    model: str = PRETRAINED
    """Folder of a trained lifter, `PRETRAINED`, or with ``onnx`` an exported file."""
    runtime: Runtime = "torch"
    single_frame: bool = False
    """Lift every frame by itself, even if the model can join them over time."""
    subject_height: float | None = None
    """Standing height in metres of everyone in it; makes the results metric."""
    layout: str | None = None
    """Joint layout of the keypoint files, where they do not tell."""
    device: str = "cpu"
    fps: float | None = None
    """Frames per second, in place of what the files say."""


@dataclass(frozen=True)
class LiftJob:
    """One camera's video or keypoints."""

    source: Path
    written: Path
    """File for the poses."""


@dataclass(frozen=True)
class LiftedFile:
    """What came of a file."""

    frames: int
    lifted: int
    units: str
    before: bool = False
    """Whether it was there from an earlier run."""

    def __str__(self) -> str:
        before = ", by an earlier run" if self.before else ""
        return f"{self.lifted} of {self.frames} frames lifted, in units of {self.units}{before}"


def lift_corpus(
    jobs: Sequence[LiftJob],
    lifting: LiftSettings = LiftSettings(),
    config: DetectorConfig = DEFAULT_DETECTOR,
    settings: EngineSettings = DEFAULT_ENGINE,
    progress: TaskProgress = ignore,
) -> Iterator[Outcome]:
    """Lift files side by side, each as the ``capture.toml`` of its take says.

    People in videos are detected first, and kept as `detect_video` keeps them. A file whose poses
    are there already, from the same content, lifter and settings, is not lifted again.

    Returns
    -------
    iterator of Outcome
        One for each job, in the order in which they end, with a `LiftedFile` each. Errors of single
        files end nothing.

    Raises
    ------
    InputError
        If the lifter or the engine cannot be had.
    """
    # What is wrong with the lifter is said here once, and not for every file.
    lifting_by(lifting.runtime, lifting.model, lifting.device)
    with engine_of(settings, progress) as engine:
        videos = [job.source for job in jobs if is_video(job.source)]
        share_long_videos(videos, config, settings, engine)
        shared, decoding = shares(config, settings, len(jobs))
        tasks = (
            Task(job.source, lift_file, (job, lifting, shared, decoding))
            for job in longest_first(jobs, lambda job: job.source)
        )
        yield from run(engine, tasks, settings.retries)


def lift_file(
    job: LiftJob, lifting: LiftSettings, config: DetectorConfig, decoding: int, progress: Progress
) -> LiftedFile:
    """The task of a file."""
    view = view_of_file(job.source, layout=lifting.layout, fps=lifting.fps)
    made_of = _made_of(view, lifting, config)
    ledger = job.written.parent / FOLDER / f"{job.written.name}.json"
    if (before := _lifted_before(job.written, ledger, made_of)) is not None:
        return before
    if not ledger.exists():
        _check_may_be_replaced(job.written)

    def detect(path: Path) -> Detections:
        return detect_video(path, detector_of(config), decoding_threads=decoding, progress=progress)

    keypoints = view.read(detect)
    lift = _lifter(
        lifting.runtime,
        lifting.model,
        lifting.device,
        single_frame=lifting.single_frame,
        alone=decoding != 1,
    )
    poses = lift(keypoints, lifting.subject_height)
    save_poses(poses, job.written)
    seen = int(np.isfinite(poses.positions).all((1, 2)).sum())
    result = LiftedFile(len(poses), seen, poses.units)
    facts = {"made_of": made_of, "poses": _digest(job.written), "result": asdict(result)}
    write_whole(ledger, json.dumps(facts))
    return result


def _check_may_be_replaced(written: Path) -> None:
    """Refuse a file that no lifting wrote: beside videos may lie keypoints of the same name."""
    if not written.exists():
        return
    try:
        load_poses(written)
    except InputError as error:
        raise InputError(
            f"{written}: is there already and holds no poses of canonpose lift; choose another "
            f"folder for the poses, or move it away."
        ) from error


def _lifted_before(written: Path, ledger: Path, made_of: str) -> LiftedFile | None:
    """The result of an earlier run, if its file is there and was made of the same things."""
    with suppress(OSError, ValueError, KeyError, TypeError, InputError):
        facts = json.loads(ledger.read_bytes())
        if facts["made_of"] == made_of and facts["poses"] == _digest(written):
            return LiftedFile(**{**facts["result"], "before": True})
    return None


def _made_of(view: OneView, lifting: LiftSettings, config: DetectorConfig) -> str:
    """A hash of all that poses depend on."""
    source = view.path
    # The name of a video's kept detections holds the hash of its content and the detector.
    content = (
        cache_of(source, detector_of(config)).result.name if is_video(source) else _digest(source)
    )
    settings = {**asdict(lifting), "model": _model_digest(lifting.model)}
    if not lifting.single_frame and lifting.runtime == "torch":
        settings["over_time"] = _model_digest(PRETRAINED)  # unless the model has its own
    # What is in the file of a layout, and what a capture.toml says, may change.
    read_as = view.settings
    settings |= dict.fromkeys(("layout", "fps"))
    parts = [version("canonpose"), content, settings, read_as]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _digest(path: Path) -> str:
    """Of the content of a file, or of all files of a folder with their names."""
    digest = hashlib.sha256()
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            name = os.fsencode(file.name)  # which need not be UTF-8
            digest.update(name + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


@cache
def _model_digest(model: str) -> str:
    named = folder_named(model)
    files = [named] if named.is_file() else sorted(named.glob("*.*"))
    files = [file for file in files if file.suffix in MODEL_FILES]
    return "".join(map(_digest, files))


@cache
def _lifter(
    runtime: Runtime, model: str, device: str, *, single_frame: bool, alone: bool
) -> Lifting:
    """Read once in each process."""
    if runtime == "torch" and not alone:  # other processes have work for the other cores
        import torch

        torch.set_num_threads(1)
    return lifting_by(runtime, model, device, single_frame=single_frame)
