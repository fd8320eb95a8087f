"""Virtual captures solved without calibration, beside triangulation with the true cameras.

    python benchmarks/solving_virtual.py DATA [-m RUN] [-o solving_virtual.md]

DATA holds the CMU motion files. Clips and people are those that the pretrained lifter, which is the
default, never saw (see `benchmarks/pretrain.py`): the last subject's, and held-back clips. Cameras
stand still, pan, tilt and zoom after the subject, or are held by hand; detections err as a real
detector's. Every clip is a take of its own cameras.

P-MPJPE, and W-MPJPE of poses about their hips (one turn and scale for all frames of a clip), in mm,
over the 17 detected joints. "True cameras" triangulates the same detections with the cameras that
filmed them, frame by frame: joint by joint as solving does (soft-L1), and with bones and smooth
motion as solving expects them.
"""

import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.datamodel import Capture
from canonpose.errors import InputWarning
from canonpose.files import write_whole
from canonpose.metrics import p_mpjpe, w_mpjpe
from canonpose.solving import SolveConfig, solve
from canonpose.solving.observations import Observations
from canonpose.solving.sequence.adjust import adjusted
from canonpose.solving.sequence.bones import bone_ends
from canonpose.solving.sequence.equations import Expected
from canonpose.solving.sequence.expectation import Body
from canonpose.solving.sequence.known_views import KnownViews
from canonpose.solving.sequence.perspective_views import PerspectiveViews
from canonpose.solving.sequence.views import Steadiness
from canonpose.virtual.cameras import VirtualCamera, at_frame
from canonpose.virtual.capture import Filming, VirtualTake, film
from canonpose.virtual.motion import Motion
from canonpose.virtual.movement import Movement
from canonpose.virtual.rigs import RingRig
from pretrain import SKELETON, Footage, faced, in_skeleton

CLIPS = ("subject03_03", "subject01_10", "walking_50")
MOVEMENTS: tuple[Movement, ...] = ("static", "ptz", "handheld")
COLUMNS = (
    "cameras",
    "movement",
    "solved P / W",
    "of clips, P",
    "true cameras P / W",
    "true cameras with bones P / W",
    "seconds",
)
BODY_HEIGHT = 1.7
"""Metres, in which the true cameras' bones are measured."""
FREE = 1e6
"""Metres; of what is not expected."""


@dataclass(frozen=True)
class Benchmark:
    """Solve still, following and hand-held rigs of 2, 3, 4 and 8 cameras."""

    data: tyro.conf.Positional[Path]
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"])] = Path("src/canonpose/pretrained")
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("solving_virtual.md")
    cameras: tuple[int, ...] = (2, 3, 4, 8)
    movements: tuple[Movement, ...] = MOVEMENTS
    frames: int = 200
    """Of each clip, at 30 a second."""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Clip:
    """A filmed clip, and what is true of it."""

    capture: Capture
    truth: np.ndarray
    """[frame, joint, 3] in metres, detected joints."""
    cameras: tuple[VirtualCamera, ...]


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = canonpose.load_lifter(options.model)
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for cameras in options.cameras:
        for movement in options.movements:
            rows.append(row(options, cameras, movement, lifter))
            print(" | ".join(rows[-1]), flush=True)
            table = "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
            write_whole(options.output, table)


def row(
    options: Benchmark, cameras: int, movement: Movement, lifter: canonpose.TrainedLifter
) -> tuple[str, ...]:
    clips = [filmed(options, clip, cameras, movement) for clip in CLIPS]
    begin = time.perf_counter()
    solved = [poses(clip, lifter) for clip in clips]
    seconds = time.perf_counter() - begin
    each = [errors(clip, joints) for clip, joints in zip(clips, solved, strict=True)]
    known = [errors(clip, by_true_cameras(clip, bones=False)) for clip in clips]
    bones = [errors(clip, by_true_cameras(clip, bones=True)) for clip in clips]
    return (
        f"{cameras}",
        movement,
        mean(each),
        ", ".join(f"{rigid:.1f}" for rigid, _ in each),
        mean(known),
        mean(bones),
        f"{seconds:.0f}",
    )


def filmed(options: Benchmark, name: str, cameras: int, movement: Movement) -> Clip:
    motion = faced(options.data / f"{name}.npz", Footage(seed=1))[: options.frames]
    filming = Filming(RingRig(cameras, start=22.0), movement, seed=1000 + options.seed)
    (take,) = film([motion], filming)
    return clip_of(motion, take, movement)


def clip_of(motion: Motion, take: VirtualTake, movement: Movement) -> Clip:
    """A filmed motion in the pretrained lifter's joints."""
    views = {name: in_skeleton(view, name) for name, view in take.labelled.take.views.items()}
    capture = Capture(
        (replace(take.labelled.take, views=views),),
        tuple(views),
        SKELETON,
        static_cameras=movement == "static",
        sources=("virtual",),
    )
    truth = motion.positions[:, motion.skeleton.indices(SKELETON.detected)]
    return Clip(capture, centred(motion.positions, truth), take.cameras)


def centred(path: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """In the world of the cameras, as `film` centres the path."""
    known = path[np.isfinite(path).all(-1)]
    low, high = known.min(0), known.max(0)
    return joints - [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]


def poses(clip: Clip, lifter: canonpose.TrainedLifter) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        solved = solve(clip.capture, lifter, SolveConfig())
    print(solved.rigs[0].projection, file=sys.stderr, flush=True)
    return solved.takes[0].positions[:, SKELETON.indices(SKELETON.detected)]


def errors(clip: Clip, joints: np.ndarray) -> tuple[float, float]:
    """P-MPJPE, and W-MPJPE about the hips, in mm."""
    hips = [SKELETON.detected.index(f"{side}_hip") for side in ("left", "right")]
    truth = 1000 * clip.truth
    about = joints - joints[:, hips].mean(1, keepdims=True)
    true_about = truth - truth[:, hips].mean(1, keepdims=True)
    return float(p_mpjpe(joints, truth)), float(w_mpjpe(about, true_about))


def mean(each: Sequence[tuple[float, float]]) -> str:
    rigid, world = np.mean(each, axis=0)
    return f"{rigid:.1f} / {world:.1f}"


def by_true_cameras(clip: Clip, *, bones: bool) -> np.ndarray:
    """Triangulated with the cameras that filmed, from the true joints as a start."""
    take = clip.capture.takes[0]
    chosen = SKELETON.indices(SKELETON.detected)
    scores = np.stack([view.scores[:, chosen] for view in take.views.values()])
    pixels = np.stack([view.positions[:, chosen] for view in take.views.values()])
    seen = (scores > 0) & np.isfinite(pixels).all(-1)
    extent = np.nanmax(np.where(seen[..., None], pixels, np.nan), axis=2) - np.nanmin(
        np.where(seen[..., None], pixels, np.nan), axis=2
    )
    tolerance = SolveConfig().tolerance * float(np.nanmedian(extent.max(-1)))
    detections = Observations(
        np.where(seen[..., None], pixels, 0.0).astype(np.float64),
        np.where(seen, scores, 0.0).astype(np.float64) / tolerance,
    )
    expected = Expected(FREE, FREE)
    if bones:
        body = Body().at(take.views[clip.capture.cameras[0]].fps or 30.0)
        expected = Expected(body.stretch * BODY_HEIGHT, body.bend * BODY_HEIGHT)
    views = KnownViews(moment_by_moment(clip.cameras, len(clip.truth)).see)
    found = adjusted(clip.truth, views, detections, bone_ends(SKELETON), expected)
    return np.where((seen.sum(0) >= 2)[..., None], found.joints, np.nan)


def moment_by_moment(cameras: Sequence[VirtualCamera], frames: int) -> PerspectiveViews:
    each = [[at_frame(camera, frame) for frame in range(frames)] for camera in cameras]
    nothing = Steadiness(*(np.full(7, np.inf) for _ in range(3)))
    return PerspectiveViews(
        np.stack([[camera.rotation for camera in row] for row in each]),
        np.stack([[camera.centre for camera in row] for row in each]),
        np.stack([[camera.matrix[0, 0] for camera in row] for row in each]),
        np.stack([camera.matrix[:2, 2] for camera in (row[0] for row in each)]),
        nothing,
    )


if __name__ == "__main__":
    main()
