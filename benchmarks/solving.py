"""AIST++ solved without calibration, beside triangulation with the true one.

    python benchmarks/solving.py DATA -m RUN [-o solving.md]

DATA holds ``train/``, ``test/ch06/``, ``reference/`` and ``cameras.json``; RUN is a lifter, of
``canonpose train DATA/train --static-cameras --cameras c01,c03,c06,c08 -o RUN``. Solving reads the
keypoints alone. All takes are one rig, since nobody moved the cameras between them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from scipy.spatial.transform import Rotation

import canonpose
from canonpose.files import write_whole
from canonpose.geometry.cameras import Camera
from canonpose.geometry.triangulation import triangulate
from canonpose.metrics import p_mpjpe, w_mpjpe
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.solving import SolveConfig, one_rig
from canonpose.solving.all_frames import joints_of_perspective
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import rig_views
from canonpose.solving.solved import SolvedRig

FOUR = ("c01", "c03", "c06", "c08")
RIGS = (
    (FOUR[:2], False),
    (FOUR[:3], False),
    (FOUR, False),
    (FOUR, True),
    (("c01", "c02", "c03", "c04", "c06", "c07", "c08", "c09"), False),
)
"""Cameras, and whether the test take is solved as well."""
COLUMNS = (
    "cameras",
    "frames",
    "solved P / W",
    "weak P",
    "true cameras, linear P / W",
    "true cameras, robust P / W",
    "rotations off, degrees",
    "focal lengths off",
    "cost, mirrored",
    "seconds",
)


@dataclass(frozen=True)
class Benchmark:
    """Solve with 2, 3, 4 and 8 cameras."""

    data: tyro.conf.Positional[Path]
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("solving.md")


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = canonpose.load_lifter(options.model)
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for cameras, test_too in RIGS:
        rows.append(row(options.data, cameras, test_too, lifter))
        print(" | ".join(rows[-1]), flush=True)
    write_whole(options.output, "".join(f"| {' | '.join(cells)} |\n" for cells in rows))


def row(
    data: Path, cameras: Sequence[str], test_too: bool, lifter: canonpose.TrainedLifter
) -> tuple[str, ...]:
    folders = [data / "train", *([data / "test"] if test_too else [])]
    capture = one_rig(canonpose.read_capture(folders, cameras=cameras, static_cameras=True))
    begin = time.perf_counter()
    solved = canonpose.solve(capture, lifter)
    seconds = time.perf_counter() - begin
    weak = canonpose.solve(capture, lifter, SolveConfig(projection="weak", body=False))
    calibration = read_calibration(data / "cameras.json")
    true = [calibration[camera] for camera in cameras]
    references = [
        read_reference(data / "reference" / f"{take.name.split('/')[-1]}.npz")
        for take in capture.takes
    ]
    linear, robust = triangulated(capture, true)
    rig = solved.rigs[0]
    turns, focals = camera_errors(rig, true)
    return (
        f"{len(cameras)}",
        f"{len(capture)}",
        both([take.positions for take in solved.takes], references, capture),
        both([take.positions for take in weak.takes], references, capture).split(" / ")[0],
        both(linear, references, capture),
        both(robust, references, capture),
        " ".join(f"{turn:.1f}" for turn in turns),
        " ".join(f"{focal:+.1%}" for focal in focals) if rig.cameras else "–",
        f"{rig.votes.cost:.2f}, {rig.votes.mirrored_cost:.2f}",
        f"{seconds:.0f}",
    )


def triangulated(
    capture: canonpose.Capture, true: Sequence[Camera]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The takes by the true cameras: linear (outliers dropped), and as solving triangulates."""
    views = rig_views(capture.takes, capture.cameras, capture.skeleton.detected_only())
    ends = np.cumsum([len(take) for take in capture.takes])[:-1]
    linear = triangulate(true, views.positions, views.scores, min_views=2).positions
    pinholes = Pinholes(
        np.stack([camera.rotation for camera in true]),
        np.stack([camera.translation for camera in true]),
        np.array([camera.matrix[0, 0] for camera in true]),
        np.stack([camera.matrix[:2, 2] for camera in true]),
        np.array([camera.distortion[0] for camera in true]),
    )
    tolerance = SolveConfig().tolerance * views.person_by_view
    robust = joints_of_perspective(pinholes, views, tolerance).positions
    return np.split(linear, ends), np.split(robust, ends)


def both(
    takes: Sequence[np.ndarray], references: Sequence[Reference], capture: canonpose.Capture
) -> str:
    """P-MPJPE and W-MPJPE in mm, over all joints of all takes."""
    rigid, world, joints = 0.0, 0.0, 0
    for positions, reference in zip(takes, references, strict=True):
        chosen = capture.skeleton.indices(reference.joints)
        predicted = positions[:, chosen].astype(np.float64)
        known = int((reference.valid & np.isfinite(predicted).all(-1)).sum())
        rigid += known * p_mpjpe(predicted, reference.positions, reference.valid)
        world += known * w_mpjpe(predicted, reference.positions, reference.valid)
        joints += known
    return f"{rigid / joints:.1f} / {world / joints:.1f}"


def camera_errors(rig: SolvedRig, true: Sequence[Camera]) -> tuple[np.ndarray, np.ndarray]:
    """Angles in degrees after one common rotation, and relative errors of the focal lengths."""
    found = np.stack([rig.rotations[camera.name] for camera in true])
    real = np.stack([camera.rotation for camera in true])
    common = Rotation.from_matrix(found.swapaxes(1, 2) @ real).mean().as_matrix()
    turns = Rotation.from_matrix(found @ common @ real.swapaxes(1, 2)).magnitude()
    focals = np.array([report.focal for report in rig.reports])
    return np.degrees(turns), focals / [camera.matrix[0, 0] for camera in true] - 1


if __name__ == "__main__":
    main()
