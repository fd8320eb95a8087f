"""Two people before virtual cameras: how often all views show one body, as a table.

    python benchmarks/people.py MOTIONS [--held-back subject] [--half report] [--lifter RUN]

MOTIONS is a folder of motion files. Each scene films two clips of it with four random cameras; in
each image, people are listed in random order. Both people are whole, so that either may be chosen:
right is the share of the frames, over all views, that show the one of the two who is taken more.
Scenes are of the held-back clips; every second one of these is for choosing constants
(``--half choose``), the others for the report. With --lifter, a lifter votes; it is trained into
that folder on every second of the other clips where the folder does not hold one.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import tyro

from canonpose import training
from canonpose.association import LifterVote
from canonpose.datamodel import Capture
from canonpose.lifter import LifterConfig, TrainedLifter, save_lifter
from canonpose.lifter.pretrained import PRETRAINED, lifter_named
from canonpose.people.choice_across_views import choose_across_views
from canonpose.people.detections import Detections
from canonpose.people.one_person import to_keypoints
from canonpose.people.person_across_views import follow_across_views
from canonpose.people.tracked_view import TrackedView
from canonpose.virtual import Filming, film, read_motion
from canonpose.virtual.movement import Movement
from canonpose.virtual.rigs import RandomRig, RingRig

BYSTANDERS = ("standing", "moving", "same, delayed", "subject away", "larger", "swapped midway")
DELAY = 30
APART = 1.5
"""Metres between the subject's path and the bystander's."""
FRAMES = 240
"""Of a scene, at most."""
LEAST = 150
"""Frames of a clip."""
SMALL = replace(
    training.PRESETS["fast"], lifter=LifterConfig(width=128), epochs=1, min_steps=2000, batch=32
)


@dataclass(frozen=True)
class Options:
    """Film random scenes of two people, and count whom the choice takes."""

    motions: tyro.conf.Positional[Path]
    held_back: str = "subject"
    """How the names of the clips begin that scenes are made of."""
    half: str = "report"
    """Of these clips: choose or report."""
    scenes: int = 12
    """Of each kind."""
    seed: int = 0
    movement: Movement = "static"
    """Of the cameras."""
    lifter: Path | None = None
    """Folder of the lifter that votes, or `pretrained`."""


def main() -> None:
    """Print the table."""
    options = tyro.cli(Options)
    torch.set_num_threads(1)
    paths = sorted(options.motions.glob("*.npz"))
    held_back = [path for path in paths if path.name.startswith(options.held_back)]
    others = [path for path in paths if path not in held_back]
    vote = None
    if options.lifter is not None:
        new = str(options.lifter) != PRETRAINED and not (options.lifter / "lifter.json").exists()
        if new:
            save_lifter(_trained(others[::2]), options.lifter)
        vote = LifterVote(lifter_named(options.lifter))
    clips = [read_motion(path) for path in held_back]
    clips = [clip for clip in clips if len(clip) >= LEAST + DELAY]
    clips = clips[{"choose": 0, "report": 1}[options.half] :: 2]
    votes = [None] if vote is None else [None, vote]
    print(
        f"{len(clips)} clips, {options.scenes} scenes a kind; right / wrong / nobody, % of frames"
    )
    heads = ["one track a view", "followed", "one track, lifter votes", "followed, lifter votes"]
    print(f"| bystander | {' | '.join(heads[: 2 * len(votes)])} | takes with wrong frames |")
    print("|---" * (2 * len(votes) + 2) + "|")
    for kind in BYSTANDERS:
        rows = []
        for number in range(options.scenes):
            views, truths = _scene(clips, kind, [options.seed, number], options.movement)
            rows.append(np.concatenate([_shares(views, truths, vote) for vote in votes]))
        means = [" / ".join(f"{100 * share:.1f}" for share in row) for row in np.mean(rows, axis=0)]
        fooled = ", ".join(str(count) for count in (np.array(rows)[:, :, 1] > 0.01).sum(0))
        print(f"| {kind} | {' | '.join(means)} | {fooled} |", flush=True)


def _trained(paths) -> TrainedLifter:
    """A small lifter of four ring cameras."""
    clips = [read_motion(path)[:300:3] for path in paths]
    takes = [
        film([clip], Filming(RingRig(4, start=37.0 * seed), seed=seed))[0].labelled.take
        for seed, clip in enumerate(clips)
        if len(clip) >= 20
    ]
    capture = Capture(
        takes=tuple(takes),
        cameras=tuple(takes[0].views),
        skeleton=clips[0].skeleton,
        static_cameras=True,
        sources=("virtual",),
    )
    return training.train(capture, None, SMALL)


def _scene(clips, kind, seed, movement="static") -> tuple[list[TrackedView], list[np.ndarray]]:
    """The views, and what each shows of the subject and of the bystander."""
    random = np.random.default_rng(seed)
    subject, other = (clips[i] for i in random.choice(len(clips), 2, replace=False))
    if kind == "same, delayed":
        other = subject[DELAY:]
    frames = min(len(subject), len(other), FRAMES)
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
    seeds = random.integers(1e6, size=2).tolist()
    one = film([subject], Filming(movement=movement, seed=seeds[0]), cameras=cameras)[0]
    two = film([other], Filming(seed=seeds[1]), cameras=one.cameras)[0]
    filmed = [take.labelled.take for take in (one, two)]
    views, truths = [], []
    for place, camera in enumerate(one.cameras):
        seen = np.stack([_seen(take.views[camera.name]) for take in filmed], axis=1)
        if kind == "subject away" and place == 0:
            seen[frames // 3 : 2 * frames // 3, 0] = (np.nan, np.nan, 0)
        truths.append(seen)
        order = random.permuted(np.tile([0, 1], (frames, 1)), axis=1)
        shuffled = np.take_along_axis(seen, order[..., None, None], axis=1)
        skeleton = filmed[0].views[camera.name].skeleton
        view = TrackedView.of(Detections(shuffled, skeleton, camera.name), camera.name)
        if kind == "swapped midway" and place == 0 and len(view.tracks) == 2:
            view.tracks[:, frames // 2 :] = view.tracks[::-1, frames // 2 :].copy()
        views.append(view)
    return views, truths


def _shares(views, truths, vote) -> np.ndarray:
    """Of right, wrong and missing frames, for one track a view and for the person followed."""
    choices = choose_across_views(views, {}, vote)
    chosen = [view.tracks[i] for view, (i, _) in zip(views, choices, strict=True)]
    followed = [slots for slots, _ in follow_across_views(views, {}, vote)]
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


def _score(views, slots, truths) -> tuple[float, float, float]:
    right = wrong = nobody = there = 0
    for view, slot, truth in zip(views, slots, truths, strict=True):
        found = to_keypoints(view.detections, slot).positions[:, : truth.shape[1]]
        gap = np.nan_to_num(np.abs(found - truth[..., :2]).max(-1), nan=0).max(1)
        seen = slot >= 0
        visible = (truth[..., 2] > 0).any(1)
        good = seen & visible & (gap < 1)
        right, wrong = right + good.sum(), wrong + (seen & ~good).sum()
        nobody += (visible & ~seen).sum()
        there += visible.sum()
    return right / there, wrong / there, nobody / there


if __name__ == "__main__":
    main()
