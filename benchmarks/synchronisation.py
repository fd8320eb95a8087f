"""How well `canonpose sync` finds offsets: AIST++, virtual captures of motion clips, the demo.

    python benchmarks/synchronisation.py DATA -o FOLDER --demo CAPTURE

DATA holds ``aistpp/`` (``train/ch01`` ..., ``test/ch06``) and ``cmu/``. The constants of the
confidence were fitted on the training takes and on every sixth motion clip; here the clips are
others, and ch06. CAPTURE, which may be left out, is the demo's trial (100 frames at 60 fps), which
the curve was not fitted to, though it guided how evidence is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.files import write_whole
from canonpose.shifts.confidence import SURE
from canonpose.shifts.estimate import estimate
from canonpose.shifts.views import Watched
from canonpose.synchronisation.drift import drifts
from canonpose.virtual import Filming, RandomRig, film, read_motion

TRUE_C05 = {"ch01": 269, "ch02": -1, "ch03": -91, "ch06": -91}
"""Frames; all other cameras of AIST++ are at 0."""
RIGHT = 1.5
"""Frames of the slower camera."""


@dataclass(frozen=True)
class Benchmark:
    """Offsets found against those known."""

    data: tyro.conf.Positional[Path]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    demo: tuple[Path, ...] = ()
    """The demo's keypoints, videos, or both."""
    clips: int = 30
    """Motion clips to film."""
    seed: int = 0


@dataclass(frozen=True)
class Trial:
    """One camera of one trial."""

    kind: str
    error: float
    """Frames; NaN where the footage is of different scenes."""
    confidence: float
    expected: float = float("nan")
    """Standard error as told, frames."""


def main() -> None:
    options = tyro.cli(Benchmark)
    text = "\n".join(["### AIST++, nine cameras at once", "", *aistpp(options.data / "aistpp")])
    trials = [*virtual(options), *shifted(options)]
    for folder in options.demo:
        trials += demo(folder, options.seed)
    text += "\n\n### Shifted, thinned and mixed\n\n" + "\n".join(summary(trials))
    text += "\n\n### What a confidence means\n\n" + "\n".join(calibration(trials)) + "\n"
    write_whole(options.output / "synchronisation.md", text)
    print(text)


def takes(aistpp_data: Path) -> Iterator[tuple[str, list[Watched]]]:
    """The nine cameras of each take, as recorded."""
    for folder in sorted([*aistpp_data.glob("train/ch*"), *aistpp_data.glob("test/ch*")]):
        files = sorted(folder.glob("c*.npz"))
        views = [canonpose.read_keypoints(file) for file in files]
        yield folder.name, [Watched.of_one(view, view.fps or 60.0) for view in views]


def aistpp(data: Path) -> list[str]:
    """Table rows: what is found for c05, and the most that another camera is off."""
    rows = [
        "| take | c05 true | c05 found | others, most | lowest confidence |",
        "|---|---|---|---|---|",
    ]
    for name, views in takes(data):
        found = estimate(views)
        frames = found.offsets * views[0].fps
        c05 = found.cameras.index("c05")
        others = np.delete(frames, c05)
        rows.append(
            f"| {name} | {TRUE_C05[name]} | {frames[c05]:.2f} | {np.abs(others).max():.2f} | "
            f"{found.confidence.min():.3f} |"
        )
    return rows


def virtual(options: Benchmark) -> Iterator[Trial]:
    """Two to four virtual cameras, started at random; clips of other people mixed in."""
    random = np.random.default_rng(options.seed)
    files = sorted((options.data / "cmu").glob("*.npz"))
    files = [file for place, file in enumerate(files) if place % 6][
        :: max(len(files) // options.clips, 1)
    ]
    before: list[Watched] = []
    for file in files:
        motion = read_motion(file)
        for movement in ("static", "handheld", "ptz"):
            filming = Filming(RandomRig(4), movement, seed=int(random.integers(1000)))
            take = film([motion], filming)[0].labelled.take
            views = [Watched.of_one(view, motion.fps) for view in take.views.values()]
            views = views[: int(random.integers(2, 5))]
            seconds = len(views[0].times) / motion.fps
            length = "under 4 s" if seconds < 4 else "from 4 s"
            yield from trial(f"virtual, {movement}, {length}", views, random)
            if before and movement == "static":
                yield from different("different motions", [views[0], before[0]])
            before = views if movement == "ptz" else before


def shifted(options: Benchmark) -> Iterator[Trial]:
    """ch06 less c05: shifts up to 2 s, half the frame rate, drift, another dance."""
    random = np.random.default_rng(options.seed)
    found = {name: views for name, views in takes(options.data / "aistpp")}
    views = [view for view in found["ch06"] if view.camera != "c05"]
    for _ in range(20):
        chosen = [views[i] for i in random.choice(len(views), int(random.integers(2, 5)), False)]
        yield from trial("ch06, shifts up to 2 s", chosen, random)
        half = [chosen[0], *map(thinned, chosen[1:])]
        yield from trial("ch06, 60 and 30 fps", half, random, late=1 / 60)
        half[0] = halved(chosen[0])
        yield from trial("ch06, 30 fps, half frames", half, random, late=1 / 60)
        for ppm in (200, 1000):
            paced = [chosen[0], *(drifted(view, ppm) for view in chosen[1:])]
            yield from trial(f"ch06, drift of {ppm} ppm", paced, random, ppm)
        other = found["ch02"][int(random.integers(4))]
        yield from different("ch06 and ch02", [chosen[0], other])
        yield from different("ch06, ch06 and ch02", [chosen[0], chosen[1], other])


def demo(folder: Path, seed: int) -> Iterator[Trial]:
    """The demo's four cameras, all and two at a time, shifted by whole and by half frames."""
    random = np.random.default_rng(seed)
    (take,) = canonpose.read_capture(folder).takes
    views = [Watched.of_one(view, view.fps or 60.0) for view in take.views.values()]
    for _ in range(10):
        for cameras in (4, 2):
            chosen = [views[i] for i in sorted(random.choice(4, cameras, False))]
            kind = f"demo, {folder.name}, {cameras} cameras"
            yield from trial(f"{kind}, up to 33 frames", chosen, random)
            half = [halved(chosen[0]), *map(thinned, chosen[1:])]
            yield from trial(f"{kind}, 30 fps, half frames", half, random, late=1 / 60)


def halved(view: Watched) -> Watched:
    """Every second frame, from the first on."""
    people = tuple(person[::2] for person in view.people)
    return replace(view, people=people, times=view.times[::2], fps=view.fps / 2)


def thinned(view: Watched) -> Watched:
    """Every second frame, from the second on, which is half a frame of its own late."""
    people = tuple(person[1::2] for person in view.people)
    return replace(view, people=people, times=view.times[1::2] - view.times[1], fps=view.fps / 2)


def drifted(view: Watched, ppm: float) -> Watched:
    """The view by a clock that runs fast."""
    return replace(view, times=view.times * (1 + ppm / 1e6))


def trial(
    kind: str,
    views: Sequence[Watched],
    random: np.random.Generator,
    ppm: float = 0,
    late: float = 0,
) -> Iterator[Trial]:
    """Cut random beginnings off, up to 2 s and a third of the clip, and find the offsets.

    All but the first view begin ``late`` seconds late already, and have a clock fast by ``ppm``.
    """
    most = min(2.0, views[0].times[-1] / 3)
    lost = [int(random.integers(0, int(most * view.fps) + 1)) for view in views]
    cut = [
        replace(
            view,
            people=tuple(person[first:] for person in view.people),
            times=view.times[first:] - view.times[first],
        )
        for view, first in zip(views, lost, strict=True)
    ]
    begins = np.array([first / view.fps for view, first in zip(views, lost, strict=True)])
    begins[1:] += late
    found = estimate(cut)
    offsets = found.offsets
    if ppm:  # a drift's offset is that at the first camera's beginning
        offsets = np.array([drift.offset for drift in drifts(found.signals, offsets)])
        begins[1:] += (begins[1:] - begins[0]) * ppm / 1e6
    slower = min(view.fps for view in views)
    errors = np.abs(offsets - begins[0] + begins) * slower
    for camera in range(1, len(views)):
        told = float(found.standard_error[camera]) * slower
        yield Trial(kind, float(errors[camera]), float(found.confidence[camera]), told)


def different(kind: str, views: Sequence[Watched]) -> Iterator[Trial]:
    """The last camera films something else."""
    yield Trial(kind, float("nan"), float(estimate(views).confidence[-1]))


def summary(trials: Sequence[Trial]) -> list[str]:
    """A row a kind."""
    rows = [
        "| trials | cameras | sure | median error | 90 % | within 1 frame | told | "
        "within twice that | wrong though sure |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(trial.kind for trial in trials):
        same = [trial for trial in trials if trial.kind == kind]
        errors = np.array([trial.error for trial in same if trial.confidence >= SURE])
        wrong = int((~(errors <= RIGHT)).sum())
        known = errors[np.isfinite(errors)]
        cells = ["–"] * 5
        told = np.array([trial.expected for trial in same if trial.confidence >= SURE])
        if len(known):
            cells = [f"{q:.2f}" for q in np.percentile(known, [50, 90])]
            cells.append(f"{(known <= 1).mean():.0%}")
            cells += [f"{np.median(told):.2f}", f"{(errors <= 2 * told).mean():.0%}"]
        sure = f"{len(errors)} ({len(errors) / len(same):.0%})"
        rows.append(f"| {kind} | {len(same)} | {sure} | {' | '.join(cells)} | {wrong} |")
    return rows


def calibration(trials: Sequence[Trial]) -> list[str]:
    """The share that was right, by confidence."""
    rows = ["| confidence | cameras | right within 1.5 frames |", "|---|---|---|"]
    for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01)):
        right = [trial.error <= RIGHT for trial in trials if low <= trial.confidence < high]
        if right:
            rows.append(f"| {low:g} to {min(high, 1):g} | {len(right)} | {np.mean(right):.0%} |")
    return rows


if __name__ == "__main__":
    main()
