"""How well BlazePose's joints agree between the demo's four calibrated cameras.

    python benchmarks/blazepose_reprojection.py SESSION [--variant heavy] [--people 1]

SESSION is the folder Pose2Sim/S00_Demo_Session of the unpacked wheel that `canonpose demo` fetches.
The athlete is triangulated joint by joint from all cameras, none left out, and projected back. A
frame is a swap where the joints of the limbs and the trunk lie closer to the projections of the
other cameras' triangulation after left and right have changed places.
"""

from dataclasses import dataclass
from pathlib import Path
from time import process_time, thread_time
from typing import Literal

import av
import numpy as np
import tyro

from canonpose.detection import Detector
from canonpose.detection.blazepose import BlazePose, BlazePoseConfig
from canonpose.geometry.cameras import Camera
from canonpose.geometry.triangulation import triangulate
from canonpose.readers.calibration import choose, read_calibration
from canonpose.skeleton import Skeleton

VIDEOS = Path("S00_P00_SingleParticipant/S00_P00_T01_BalancingTrial/videos")
CALIBRATION = Path("S00_Calibration/Calib.qca.txt")
LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


@dataclass(frozen=True)
class Benchmark:
    """Triangulate what a detector finds in the demo's videos."""

    session: tyro.conf.Positional[Path]
    variant: Literal["heavy", "full", "lite"] = "heavy"
    people: int = 3
    threads: int = 1


def main() -> None:
    options = tyro.cli(Benchmark)
    detector = BlazePose(
        BlazePoseConfig(options.variant, people=options.people, threads=options.threads)
    )
    calibration = read_calibration(options.session / CALIBRATION)
    videos = sorted((options.session / VIDEOS).glob("*.mp4"))
    cameras, views = [], []
    for video in videos:
        people, seconds = detect(detector, video)
        cameras.append(choose(calibration, video.stem, options.session / CALIBRATION))
        views.append(athlete(people))
        count = sum(map(len, people)) / len(people)
        print(f"{video.name}: {len(people)} frames, {count:.2f} people a frame, {seconds:.3f} s a frame")
    keypoints = np.stack(views)
    report(cameras, keypoints, detector.skeleton)


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


def report(cameras: list[Camera], keypoints: np.ndarray, skeleton: Skeleton) -> None:
    """Print reprojection errors, bone lengths, swaps and what the scores are worth."""
    limbs = [i for i, joint in enumerate(skeleton.detected) if joint.endswith(LIMBS)]
    positions, scores = keypoints[..., :2], np.nan_to_num(keypoints[..., 2])
    solved = triangulate(cameras, positions, scores, max_error=np.inf)
    error = solved.error[:, :, limbs]
    print(
        f"limbs and trunk: median {np.nanmedian(error):.1f}, mean {np.nanmean(error):.1f}, "
        f"90 % {np.nanquantile(error, 0.9):.1f} px"
    )
    from scipy.stats import spearmanr

    known = np.isfinite(error)
    worth = spearmanr(scores[:, :, limbs][known], error[known]).statistic
    print(f"scores: median {np.median(scores):.2f}, rank correlation with the error {worth:.2f}")
    mirrored = skeleton.mirror_indices[limbs]
    for view, camera in enumerate(cameras):
        rest = [other for other in range(len(cameras)) if other != view]
        others = triangulate(
            [cameras[other] for other in rest], positions[rest], scores[rest], max_error=np.inf
        )
        expected = camera.project(others.positions)[:, limbs]
        right = np.linalg.norm(positions[view][:, limbs] - expected, axis=-1).mean(-1)
        wrong = np.linalg.norm(positions[view][:, mirrored] - expected, axis=-1).mean(-1)
        print(
            f"{camera.name}: {(wrong < right).sum()} swaps in {len(right)} frames, median error "
            f"{np.nanmedian(error[view]):.1f} px, offset "
            f"{np.nanmedian((positions[view][:, limbs] - camera.project(solved.positions)[:, limbs]).reshape(-1, 2), axis=0).round(1)}"
        )


if __name__ == "__main__":
    main()
