"""How many cameras, and at which angles: lifters trained on virtual captures, and their errors."""

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from canonpose import training
from canonpose.datamodel import Capture
from canonpose.datasets.dataset import LabelledTake
from canonpose.errors import InputError, InputWarning
from canonpose.files import write_whole
from canonpose.inference import lift
from canonpose.lifter import LifterConfig, TrainedLifter
from canonpose.metrics import evaluate_views
from canonpose.training import TrainingConfig
from canonpose.virtual.capture import Filming, film
from canonpose.virtual.motion import Motion
from canonpose.virtual.noise import NoiseConfig
from canonpose.virtual.rigs import RingRig

FULL = replace(training.PRESETS["fast"], start_from="nothing")
"""Rigs are compared by what they teach, not by what a lifter knew before."""
SMALL = replace(FULL, lifter=LifterConfig(width=256), epochs=1, min_steps=1500, batch=32)
"""A training of well under a minute; its errors are larger than those of a full one."""


@dataclass(frozen=True)
class PlanConfig:
    """Which rigs are compared, and how."""

    cameras: tuple[int, ...] = (2, 3, 4)
    angles: tuple[float, ...] = (30.0, 60.0, 90.0, 120.0, 180.0)
    """Degrees from each camera to the next. 180 for two cameras means opposite ones, which add
    nothing to each other."""
    seeds: int = 1
    """Trainings of each rig."""
    moments: int = 3000
    """Of training, at most; the clips' frames are thinned out evenly."""
    test_moments: int = 300
    """Of the clips held back, at most."""
    test_cameras: int = 12
    """Single views from all around that are lifted and scored."""
    elevation: float = 1.5
    """Metres of all cameras above the ground."""
    noise: NoiseConfig = field(default_factory=NoiseConfig)
    training: TrainingConfig = field(default_factory=lambda: SMALL)

    def __post_init__(self) -> None:
        if not self.cameras or min(self.cameras) < 2 or not self.angles or self.seeds < 1:
            raise InputError(
                "a plan needs numbers of cameras (2 or more), angles, and one seed or more."
            )

    def rigs(self) -> tuple[tuple[int, float], ...]:
        """(cameras, angle) of every rig; those in which two cameras would coincide are left out."""
        return tuple(
            (cameras, float(angle))
            for cameras in self.cameras
            for angle in self.angles
            if angle > 0 and (cameras - 1) * angle < 360
        )


@dataclass(frozen=True)
class PlanRow:
    """One training and its errors on single views of motion that it never saw."""

    cameras: int
    angle: float
    """Degrees from each camera to the next."""
    seed: int
    n_mpjpe: float
    """mm."""
    p_mpjpe: float
    """mm."""
    seconds: float
    """Of training and scoring."""


def plan(
    motions: Sequence[Motion],
    folder: Path,
    config: PlanConfig | None = None,
    *,
    device: str = "auto",
    progress: Callable[[PlanRow, int, int], None] | None = None,
) -> tuple[PlanRow, ...]:
    """Train a lifter for each rig, and score it on clips held back.

    Every fifth clip is held back, at least the last; of a single clip, its last third. Results are
    kept in the folder, one file a training, and never computed twice.

    Parameters
    ----------
    motions : sequence of Motion
        Of one skeleton.
    folder : path
        For ``results/``, and ``plan.json`` with the settings.
    config : PlanConfig, optional
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each training with its row, how many are done and how many there are.

    Raises
    ------
    InputError
        If the folder holds results of other settings, or a rig or motion cannot be used.
    """
    config = config or PlanConfig()
    learned, held_back = parted(motions)
    _check_settings(folder, motions, config)
    trainings = [(*rig, seed) for rig in config.rigs() for seed in range(config.seeds)]
    if not trainings:
        raise InputError("in every rig of the plan two cameras coincide; give smaller angles.")
    test = _test_views(held_back, config)
    rows: list[PlanRow] = []
    for cameras, angle, seed in trainings:
        result = folder / "results" / f"{cameras}-cameras-{angle:g}-degrees-seed-{seed}.json"
        row = _loaded(result)
        if row is None:
            row = _measured(learned, test, cameras, angle, seed, config, device)
            write_whole(result, json.dumps(asdict(row), indent=2) + "\n")
        rows.append(row)
        if progress is not None:
            progress(row, len(rows), len(trainings))
    return tuple(rows)


def parted(motions: Sequence[Motion]) -> tuple[list[Motion], list[Motion]]:
    """The motions to learn from, and those held back."""
    if not motions:
        raise InputError("there is no motion to plan with; give at least one clip.")
    if len(motions) == 1:
        cut = 2 * len(motions[0]) // 3
        return [motions[0][:cut]], [motions[0][cut:]]
    held = {number for number in range(4, len(motions), 5)} or {len(motions) - 1}
    return (
        [motion for number, motion in enumerate(motions) if number not in held],
        [motion for number, motion in enumerate(motions) if number in held],
    )


def _thinned(motions: Sequence[Motion], most: int) -> list[Motion]:
    step = max(1, -(-sum(map(len, motions)) // most))
    return [motion[::step] for motion in motions]


def _test_views(motions: Sequence[Motion], config: PlanConfig) -> list[LabelledTake]:
    rig = RingRig(
        config.test_cameras,
        angles=tuple(np.arange(config.test_cameras) * 360 / config.test_cameras),
        start=15.0,
        elevation=config.elevation,
    )
    thinned = _thinned(motions, config.test_moments)
    filming = Filming(rig, noise=config.noise, seed=2**31)
    return [take.labelled for take in film(thinned, filming, subject="test")]


def _measured(
    learned: Sequence[Motion],
    test: Sequence[LabelledTake],
    cameras: int,
    angle: float,
    seed: int,
    config: PlanConfig,
    device: str,
) -> PlanRow:
    rig = RingRig(
        cameras,
        angles=tuple(angle * np.arange(cameras)),
        start=41.0 * seed,
        elevation=config.elevation,
    )
    filming = Filming(rig, noise=config.noise, seed=seed)
    takes = film(_thinned(learned, config.moments), filming, subject="training")
    capture = Capture(
        takes=tuple(take.labelled.take for take in takes),
        cameras=tuple(camera.name for camera in takes[0].cameras),
        skeleton=learned[0].skeleton,
        static_cameras=True,
        sources=("virtual",),
    )
    with warnings.catch_warnings():
        # Few cameras at poor angles are what a plan is about.
        warnings.simplefilter("ignore", InputWarning)
        lifter = training.train(capture, None, replace(config.training, seed=seed), device=device)
    n_mpjpe, p_mpjpe = _errors(lifter, test, device)
    return PlanRow(cameras, angle, seed, n_mpjpe, p_mpjpe, lifter.provenance["seconds"])


def _errors(
    lifter: TrainedLifter, test: Sequence[LabelledTake], device: str
) -> tuple[float, float]:
    """N-MPJPE and P-MPJPE over all views, in mm."""
    views = {
        f"{labelled.take.name}/{camera}": (
            lift(view, lifter, device=device),
            labelled.truth_3d[camera],
        )
        for labelled in test
        for camera, view in labelled.take.views.items()
    }
    scores = evaluate_views(views).overall
    return np.nan if scores.n_mpjpe is None else scores.n_mpjpe, scores.p_mpjpe


def _check_settings(folder: Path, motions: Sequence[Motion], config: PlanConfig) -> None:
    """Refuse a folder with results of other settings; rigs and seeds may be added."""
    settings: dict[str, Any] = asdict(config)
    for entry in ("cameras", "angles", "seeds"):
        del settings[entry]
    digest = sha256()
    for motion in motions:
        digest.update(motion.name.encode() + motion.positions.tobytes())
    settings["motions"] = digest.hexdigest()
    text = json.dumps(settings, indent=2, sort_keys=True) + "\n"
    path = folder / "plan.json"
    if path.exists():
        if path.read_text("utf-8") != text:
            raise InputError(
                f"{folder}: holds a plan with other motions or settings; choose another folder."
            )
    else:
        write_whole(path, text)


def _loaded(path: Path) -> PlanRow | None:
    if not path.exists():
        return None
    try:
        return PlanRow(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: is damaged; remove it to compute it again.") from error
