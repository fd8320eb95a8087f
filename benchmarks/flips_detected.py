"""Flips that a detector really makes, and what becomes of them, judged by a better detector.

    python benchmarks/flips_detected.py VIDEOS [--cameras cam01,cam02] [--detector blazepose-full]
        [--judge blazepose-heavy]

VIDEOS is a capture of videos. A pair of limbs in a frame is flipped where it fits the judge's
twice as well crosswise as straight; where neither way fits twice as well, nothing is counted.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro

from canonpose.cli.parsing import comma_separated
from canonpose.datamodel import Keypoints
from canonpose.detection.footage import detect_video
from canonpose.detection.registry import create_detector
from canonpose.flips.mending import FlipConfig, find_flips
from canonpose.readers.capture import take_plans
from canonpose.readers.takes import TakePlan, read_views
from canonpose.skeleton.limbs import paired_limbs


@dataclass(frozen=True)
class Options:
    """Count real flips, and what mending does to them."""

    videos: tyro.conf.Positional[Path]
    cameras: str | None = None
    detector: str = "blazepose-full"
    judge: str = "blazepose-heavy"


def main() -> None:
    """Print the table."""
    options = tyro.cli(Options)
    print("| take | camera | limb | flipped | mended | weighted out | missed | false | doubted |")
    print("|---|---|---|---|---|---|---|---|---|")
    for plan in take_plans(options.videos, cameras=comma_separated(options.cameras)):
        plan = replace(plan, mend_flips=False)
        views, judged = (_views(plan, name) for name in (options.detector, options.judge))
        positions = np.stack([view.positions for view in views.values()]).astype(float)
        seen = np.stack([view.seen for view in views.values()])
        skeleton = next(iter(views.values())).skeleton
        config = FlipConfig(fewest_views=2)
        sure = find_flips(positions, seen, skeleton, config)
        for place, camera in enumerate(views):
            for number, limb in enumerate(paired_limbs(skeleton)):
                flipped, straight = _judged(views[camera], judged[camera], limb)
                mended = sure[place, :, number] >= config.clear
                doubtful = (sure[place, :, number] > 0) & ~mended
                counts = [
                    flipped,
                    flipped & mended,
                    flipped & doubtful,
                    flipped & ~mended & ~doubtful,
                    straight & mended,
                    straight & doubtful,
                ]
                name = skeleton.joints[limb[0, 0]].removeprefix("left_")
                numbers = " | ".join(str(count.sum()) for count in counts)
                print(f"| {plan.name} | {camera} | {name} | {numbers} |", flush=True)


def _views(plan: TakePlan, name: str) -> dict[str, Keypoints]:
    detector = create_detector(name)
    return read_views(plan, lambda path: detect_video(path, detector))[0]


def _judged(found: Keypoints, judge: Keypoints, limb) -> tuple[np.ndarray, np.ndarray]:
    """In which frames a pair of limbs is flipped, and in which it is not."""

    def apart(other) -> np.ndarray:
        gaps = found.positions[:, limb.ravel()] - judge.positions[:, other.ravel()]
        return np.nan_to_num(np.linalg.norm(gaps, axis=-1)).sum(-1)

    straight, crosswise = apart(limb), apart(limb[:, ::-1])
    return 2 * crosswise < straight, 2 * straight < crosswise


if __name__ == "__main__":
    main()
