"""Two people before virtual cameras: how often all views show one body, as a table.

    python benchmarks/people.py MOTIONS [--scenes 20] [--seed 0]

MOTIONS is a folder of motion files. Each scene films two clips of it with four random cameras; in
each image, people are listed in random order. Both people are whole, so that either may be chosen:
right is the share of the frames, over all views, that show the one of the two who is taken more.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro

from canonpose.people.choice import View, choose_across_views, follow_across_views, to_keypoints
from canonpose.people.detections import Detections
from canonpose.virtual import Filming, film, read_motion
from canonpose.virtual.rigs import RandomRig

BYSTANDERS = ("standing", "moving", "same, delayed", "subject away", "larger", "swapped midway")
DELAY = 30
APART = 1.5
"""Metres between the subject's path and the bystander's."""
LEAST = 150
"""Frames of a clip."""


@dataclass(frozen=True)
class Options:
    """Film random scenes of two people, and count whom the choice takes."""

    motions: tyro.conf.Positional[Path]
    scenes: int = 20
    seed: int = 0


def main() -> None:
    """Print the table."""
    options = tyro.cli(Options)
    clips = [read_motion(path) for path in sorted(options.motions.glob("*.npz"))]
    clips = [clip for clip in clips if len(clip) >= LEAST + DELAY]
    print(
        "| bystander | one track a view: right, wrong % | followed: right, wrong % | takes with "
        "wrong frames, before and after |"
    )
    print("|---|---|---|---|")
    for kind in BYSTANDERS:
        rows = np.array([_scene(clips, kind, [options.seed, s]) for s in range(options.scenes)])
        right, wrong = 100 * rows[:, :, 0].mean(0), 100 * rows[:, :, 1].mean(0)
        fooled = (rows[:, :, 1] > 0.01).sum(0)
        print(
            f"| {kind} | {right[0]:.1f}, {wrong[0]:.1f} | {right[1]:.1f}, {wrong[1]:.1f} | "
            f"{fooled[0]}, {fooled[1]} of {options.scenes} |",
            flush=True,
        )


def _scene(clips, kind, seed) -> np.ndarray:
    """Share of right and of wrong frames, for one track a view and for the person followed."""
    random = np.random.default_rng(seed)
    subject, other = (clips[i] for i in random.choice(len(clips), 2, replace=False))
    if kind == "same, delayed":
        other = subject[DELAY:]
    frames = min(len(subject), len(other), 600)
    subject, other = subject[:frames], other[:frames]
    moved = other.positions - np.nanmean(other.positions, axis=(0, 1)) * [1, 0, 1]
    if kind == "standing":
        moved = np.repeat(moved[:1], frames, axis=0)
    start = subject.positions - np.nanmean(subject.positions, axis=(0, 1)) * [1, 0, 1]
    subject = replace(subject, name="subject", positions=start)
    angle = random.uniform(0, 2 * np.pi)
    shift = APART * np.array([np.cos(angle), 0, np.sin(angle)])
    size = 1.5 if kind == "larger" else 1.0
    other = replace(other, name="other", positions=size * moved + shift)
    both = np.concatenate([subject.positions, other.positions])
    cameras = RandomRig().place(both, random)
    filmed = [
        film([motion], Filming(seed=int(random.integers(1e6))), cameras=cameras)[0].labelled.take
        for motion in (subject, other)
    ]
    views, truths = [], []
    for place, camera in enumerate(cameras):
        seen = np.stack([_seen(take.views[camera.name]) for take in filmed], axis=1)
        if kind == "subject away" and place == 0:
            seen[frames // 3 : 2 * frames // 3, 0] = (np.nan, np.nan, 0)
        truths.append(seen)
        order = random.permuted(np.tile([0, 1], (frames, 1)), axis=1)
        shuffled = np.take_along_axis(seen, order[..., None, None], axis=1)
        skeleton = filmed[0].views[camera.name].skeleton
        view = View.of(Detections(shuffled, skeleton, camera.name), camera.name)
        if kind == "swapped midway" and place == 0 and len(view.tracks) == 2:
            view.tracks[:, frames // 2 :] = view.tracks[::-1, frames // 2 :].copy()
        views.append(view)
    chosen = [
        view.tracks[i] for view, (i, _) in zip(views, choose_across_views(views, {}), strict=True)
    ]
    followed = [slots for slots, _ in follow_across_views(views, {})]
    return np.array(
        [
            max(_score(views, slots, [seen[:, who] for seen in truths]) for who in (0, 1))
            for slots in (chosen, followed)
        ]
    )


def _seen(keypoints) -> np.ndarray:
    detected = slice(len(keypoints.skeleton.detected))
    positions, scores = keypoints.positions[:, detected], keypoints.scores[:, detected]
    return np.concatenate([positions, scores[..., None]], axis=-1).astype(float)


def _score(views, slots, truths) -> tuple[float, float]:
    right = wrong = there = 0
    for view, slot, truth in zip(views, slots, truths, strict=True):
        found = to_keypoints(view.detections, slot).positions[:, : truth.shape[1]]
        gap = np.nan_to_num(np.abs(found - truth[..., :2]).max(-1), nan=0).max(1)
        seen = slot >= 0
        visible = (truth[..., 2] > 0).any(1)
        good = seen & visible & (gap < 1)
        right, wrong = right + good.sum(), wrong + (seen & ~good).sum()
        there += visible.sum()
    return right / there, wrong / there


if __name__ == "__main__":
    main()
