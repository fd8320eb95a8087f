"""Flips put into real and virtual takes, and how many are found, as a Markdown table.

    python benchmarks/flips.py CAPTURE [CAPTURE ...] [--cameras c01,c03,c06,c08] [--seed 0]

A capture is a folder of takes as `canonpose train` reads it, which mends the detector's own flips
first unless its capture.toml says otherwise. What is wrongly mended or weighted out is counted in
limb-frames.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro

from canonpose.cli.parsing import comma_separated
from canonpose.flips.mending import FlipConfig, find_flips
from canonpose.readers import read_capture
from canonpose.skeleton import Skeleton
from canonpose.skeleton.limbs import paired_limbs

LENGTHS = (1, 3, 10, 40)
LIMBS = ("all", "arms", "legs")
SPACING = 150
"""Frames from the beginning of one injected flip to that of the next."""


@dataclass(frozen=True)
class Options:
    """Inject flips, and count what is found."""

    captures: tyro.conf.Positional[tuple[Path, ...]]
    cameras: str | None = None
    lengths: tuple[int, ...] = LENGTHS
    """Frames of a flip."""
    limbs: tuple[str, ...] = LIMBS
    seed: int = 0


def main() -> None:
    """Print the table."""
    options = tyro.cli(Options)
    cameras = comma_separated(options.cameras)
    takes = [
        take for folder in options.captures for take in read_capture(folder, cameras=cameras).takes
    ]
    config = FlipConfig(fewest_views=2)
    clips = [
        (
            np.stack([view.positions for view in take.views.values()]).astype(float),
            np.stack([view.seen for view in take.views.values()]),
            next(iter(take.views.values())).skeleton,
        )
        for take in takes
    ]
    clean = [find_flips(*clip, config) for clip in clips]
    count = sum(found.size for found in clean)
    mended = sum((found >= config.clear).sum() for found in clean)
    dropped = sum(((found > 0) & (found < config.clear)).sum() for found in clean)
    print(
        f"as they are: {100 * mended / count:.3f} % of limbs mended, "
        f"{100 * dropped / count:.3f} % weighted out, of {count}\n"
    )
    print("| flipped | views | frames | mended % | weighted out % | wrongly mended | wrongly out |")
    print("|---|---|---|---|---|---|---|")
    for what in options.limbs:
        for views in (1, 2)[: len(clips[0][0]) // 2]:
            for length in options.lengths:
                random = np.random.default_rng(options.seed)
                rows = [
                    _score(clip, before, what, views, length, config, random)
                    for clip, before in zip(clips, clean, strict=True)
                ]
                hit, half, true, alarms, doubts = np.sum(rows, axis=0)
                print(
                    f"| {what} | {views} | {length} | {100 * hit / true:.1f} | "
                    f"{100 * half / true:.1f} | {alarms} | {doubts} |",
                    flush=True,
                )


def _chosen(skeleton: Skeleton, what: str) -> list[int]:
    """The places of the limbs that are flipped; arms and legs hang on shoulders and hips."""
    tops = [skeleton.joints[limb[0, 0]] for limb in paired_limbs(skeleton)]
    part = {"arms": "shoulder", "legs": "hip", "all": ""}[what]
    return [place for place, top in enumerate(tops) if part in top]


def _score(clip, before, what, views, length, config, random) -> tuple[int, int, int, int, int]:
    """Limbs mended, weighted out, flipped in truth, mended and weighted out without need."""
    positions, seen, skeleton = clip[0].copy(), clip[1].copy(), clip[2]
    limbs, chosen = paired_limbs(skeleton), _chosen(clip[2], what)
    truth = np.zeros(before.shape, dtype=bool)
    for begin in range(20, positions.shape[1] - length - 20, SPACING):
        start = begin + int(random.integers(0, SPACING - length - 20))
        which = random.choice(len(positions), views, replace=False)
        frames = np.arange(start, min(start + length, positions.shape[1]))
        for view in which:
            for place in chosen:
                both, cross = limbs[place].ravel(), limbs[place][:, ::-1].ravel()
                where = np.ix_([view], frames, both)
                from_ = np.ix_([view], frames, cross)
                positions[where], seen[where] = clip[0][from_], clip[1][from_]
                truth[np.ix_([view], frames, [place])] = True
    doubted = (before > 0) & (before < config.clear)
    truth ^= before >= config.clear  # a flip of what was flipped before is none
    found = find_flips(positions, seen, skeleton, config)
    mended, doubtful = found >= config.clear, (found > 0) & (found < config.clear)
    return (
        int((mended & truth).sum()),
        int((doubtful & truth).sum()),
        int(truth.sum()),
        int((mended & ~truth).sum()),
        int((doubtful & ~truth & ~doubted).sum()),
    )


if __name__ == "__main__":
    main()
