"""How well BlazePose's joints agree between the demo's four calibrated cameras.

    python benchmarks/blazepose_reprojection.py [--variant heavy]

The athlete is triangulated joint by joint from all cameras, none left out, and projected back. A
frame is a swap where the joints of the limbs and the trunk lie closer to where the heavy network's
other cameras have them after left and right have changed places.
"""

from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Literal

import av
import numpy as np
import tyro
from scipy.stats import spearmanr

from canonpose.demo.footage import TAKE, fetch_footage
from canonpose.detection import Detector
from canonpose.detection.blazepose import BlazePose, BlazePoseConfig
from canonpose.geometry.cameras import Camera
from canonpose.geometry.triangulation import Triangulation, triangulate
from canonpose.readers.calibration import choose, read_calibration
from canonpose.skeleton import Skeleton

LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True)
class Benchmark:
    """Triangulate what a detector finds in the demo's videos."""

    variant: Literal["heavy", "full", "lite"] = "heavy"
    people: int = 3
    threads: int = 1


def main() -> None:
    options = tyro.cli(Benchmark)
    footage = fetch_footage()
    calibration = read_calibration(footage.calibration)
    videos = sorted((footage.videos / TAKE).glob("*.mp4"))
    cameras = [choose(calibration, video.stem, footage.calibration) for video in videos]
    heavy, skeleton = film("heavy", videos, options)
    views = heavy if options.variant == "heavy" else film(options.variant, videos, options)[0]
    report_errors(cameras, views, skeleton)
    report_swaps(cameras, views, heavy, skeleton)


def film(
    variant: Literal["heavy", "full", "lite"], videos: list[Path], options: Benchmark
) -> tuple[np.ndarray, Skeleton]:
    """The athlete in all views, and how fast that was."""
    detector = BlazePose(BlazePoseConfig(variant, people=options.people, threads=options.threads))
    views = []
    for video in videos:
        people, seconds = detect(detector, video)
        views.append(athlete(people))
        count = sum(map(len, people)) / len(people)
        print(
            f"{detector.name}, {video.name}: {len(people)} frames, {count:.2f} people a frame, "
            f"{seconds:.3f} processor seconds a frame"
        )
    return np.stack(views), detector.skeleton


def detect(detector: Detector, video: Path) -> tuple[list[np.ndarray], float]:
    """Everyone in every frame, and the processor seconds of a frame, decoding left out."""
    detector.begin()
    people, seconds = [], 0.0
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            image = frame.to_ndarray(format="rgb24")
            start = process_time()
            people.append(detector.detect(image))
            seconds += process_time() - start
    return people, seconds / len(people)


def athlete(people: list[np.ndarray]) -> np.ndarray:
    """The largest person of the first frame, then whoever is nearest to the frame before."""
    chosen = [max(people[0], key=lambda person: np.ptp(person[:, 1]))]
    for found in people[1:]:
        apart = [np.median(np.linalg.norm((p - chosen[-1])[:, :2], axis=-1)) for p in found]
        chosen.append(found[int(np.argmin(apart))] if apart else np.full_like(chosen[-1], np.nan))
    return np.stack(chosen)


def limbs_of(skeleton: Skeleton) -> list[int]:
    return [i for i, joint in enumerate(skeleton.detected) if joint.endswith(LIMBS)]


def solve(cameras: list[Camera], views: np.ndarray) -> Triangulation:
    positions, scores = views[..., :2], np.nan_to_num(views[..., 2])
    return triangulate(cameras, positions, scores, max_error=np.inf)


def report_errors(cameras: list[Camera], views: np.ndarray, skeleton: Skeleton) -> None:
    """Print reprojection errors, and what the scores say of them."""
    limbs = limbs_of(skeleton)
    error, scores = solve(cameras, views).error[:, :, limbs], views[:, :, limbs, 2]
    print(
        f"limbs and trunk: median {np.nanmedian(error):.1f}, mean {np.nanmean(error):.1f}, "
        f"90 % {np.nanquantile(error, 0.9):.1f} px"
    )
    known = np.isfinite(error)
    worth = spearmanr(scores[known], error[known]).statistic
    print(f"scores: median {np.median(scores):.2f}, rank correlation with the error {worth:.2f}")
    for camera, own in zip(cameras, error, strict=True):
        print(f"{camera.name}: median {np.nanmedian(own):.1f} px")


def report_swaps(
    cameras: list[Camera], views: np.ndarray, reference: np.ndarray, skeleton: Skeleton
) -> None:
    """Print in how many frames of each camera left and right are mixed up."""
    limbs = limbs_of(skeleton)
    mirrored = skeleton.mirror_indices[limbs]
    for place, camera in enumerate(cameras):
        rest = [other for other in range(len(cameras)) if other != place]
        points = solve([cameras[other] for other in rest], reference[rest]).positions
        expected = camera.project(points)[:, limbs]
        as_found, swapped = (
            np.linalg.norm(views[place][:, joints, :2] - expected, axis=-1).mean(-1)
            for joints in (limbs, mirrored)
        )
        print(f"{camera.name}: {(swapped < as_found).sum()} swaps in {len(expected)} frames")


if __name__ == "__main__":
    main()
