"""Train on the demo's footage, lift each camera alone, score, and write the report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canonpose.datamodel import Capture
from canonpose.deployment.runtimes import lifting_by
from canonpose.exporters.npz import save_poses
from canonpose.exporters.report import write_report
from canonpose.geometry.triangulation import triangulate
from canonpose.lifter import TrainedLifter
from canonpose.lifter.trained import CARD
from canonpose.metrics import Evaluation, evaluate
from canonpose.metrics.plots import plot_cps_curves
from canonpose.readers.calibration import choose, read_calibration
from canonpose.readers.reference import Reference, write_reference
from canonpose.refining import RefineConfig, train_refined
from canonpose.refining.stages import FIRST_STAGE
from canonpose.training import PRESETS, Progress, TrainingConfig, train
from canonpose.training.checkpoint import CHECKPOINT


@dataclass(frozen=True, eq=False)
class DemoResult:
    """What the demo made, and where it is."""

    lifter: TrainedLifter
    evaluation: Evaluation
    report: Path


def run_demo(
    capture: Capture,
    calibration: Path,
    folder: str | Path,
    config: TrainingConfig = PRESETS["fast"],
    refining: RefineConfig | None = None,
    *,
    device: str = "auto",
    progress: Callable[[str, Progress], None] = lambda stage, progress: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> DemoResult:
    """Do the main job from a capture to the report; an interrupted demo goes on where it stopped.

    Parameters
    ----------
    capture : Capture
        Of one take.
    calibration : path
        Of its cameras, for scoring; training never sees it.
    folder : path
        For the trained lifter (``run``), poses, reference, scores and report.
    config : TrainingConfig
    refining : RefineConfig, optional
        Of the second stage, which there is none of unless given.
    progress : callable, optional
        Called after each epoch with the stage's name.
    say : callable, optional
        Told what happens, in sentences.
    """
    folder = Path(folder)
    for note in capture.notes:
        say(note)
    say(f"training on {len(capture)} frames of {len(capture.cameras)} uncalibrated cameras")
    lifter = _trained(capture, folder / "run", config, refining, device, progress, say)
    say("lifting each camera by itself, and scoring against calibrated triangulation")
    reference = calibrated_reference(capture, calibration)
    write_reference(reference, folder / "reference.npz")
    lift = lifting_by("torch", str(folder / "run"), device)  # as `canonpose lift` does
    poses = [lift(view, None) for view in capture.takes[0].views.values()]
    for view in poses:
        save_poses(view, folder / f"{view.camera}.npz")
    evaluation = evaluate(poses, reference, calibration=calibration)
    areas = {label: scores.cps for label, scores in evaluation.files.items()}
    plot_cps_curves(evaluation.file_curves, folder / "cps.png", scores=areas)
    report = write_report(poses, folder / "report.html")
    return DemoResult(lifter, evaluation, report)


def _trained(
    capture: Capture,
    run: Path,
    config: TrainingConfig,
    refining: RefineConfig | None,
    device: str,
    progress: Callable[[str, Progress], None],
    say: Callable[[str], None],
) -> TrainedLifter:
    """Train in one stage or two, going on with what was stopped."""
    # A finished training leaves a card and no checkpoint.
    between = (run / FIRST_STAGE).exists() and not (run / CARD).exists()
    unfinished = (run / CHECKPOINT).exists() or between
    if refining is None:
        return train(
            capture,
            run,
            config,
            resume=unfinished,
            overwrite=not unfinished,
            device=device,
            progress=lambda one: progress("training", one),
        )
    return train_refined(
        capture,
        run,
        config,
        refining,
        resume=unfinished,
        overwrite=not unfinished,
        device=device,
        progress=progress,
        say=say,
    )


def calibrated_reference(capture: Capture, calibration: Path) -> Reference:
    """Triangulate a capture's first take with a calibration, to score against."""
    cameras = read_calibration(calibration)
    views = capture.takes[0].views
    # Derived joints come after the detected ones; the root is derived again where it is scored.
    detected = slice(len(capture.skeleton.detected))
    solved = triangulate(
        [choose(cameras, camera, calibration) for camera in views],
        np.stack([view.positions[:, detected] for view in views.values()]),
        np.stack([view.scores[:, detected] for view in views.values()]),
    )
    first = next(iter(views.values()))
    return Reference(
        positions=solved.positions * 1000,  # references are in millimetres
        valid=solved.valid,
        joints=capture.skeleton.detected,
        fps=first.fps,
        source="triangulation with the calibration",
    )
