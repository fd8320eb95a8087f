"""Virtual detections beside real ones: the same dancer, the same cameras, as Markdown tables.

    python benchmarks/detection_noise.py DATA [--left-out c05] [--seed 0]

DATA holds ``train/<take>/<camera>.npz``, ``reference/<take>.npz`` and ``cameras.json`` (in cm).
The virtual detector sees the reference through the calibrated cameras. Errors are relative to the
dancer's height in pixels, and counted where the reference is valid.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tyro
from jaxtyping import Float

from canonpose.datamodel import Keypoints
from canonpose.readers import read_capture
from canonpose.readers.calibration import read_calibration
from canonpose.skeleton import Skeleton
from canonpose.virtual import Filming, NoiseConfig, film, read_motion
from canonpose.virtual.body import stature
from canonpose.virtual.cameras import focal_lengths

LAGS = (1 / 60, 1 / 15, 0.1, 0.25, 0.5, 1.0)
"""Seconds."""


@dataclass(frozen=True)
class Options:
    """Compare virtual with real detections."""

    data: tyro.conf.Positional[Path]
    left_out: tuple[str, ...] = ("c05",)
    """Cameras that are not synchronised."""
    seed: int = 0
    noise: NoiseConfig = field(default_factory=NoiseConfig)


@dataclass(frozen=True, eq=False)
class Sample:
    """Detections and their errors."""

    errors: Float[np.ndarray, "view frame joint 2"]
    """Over the person's height; NaN where unknown."""
    scores: Float[np.ndarray, "view frame joint"]
    skeleton: Skeleton
    fps: float

    @property
    def sizes(self) -> Float[np.ndarray, "view frame joint"]:
        """Lengths of the errors."""
        return np.linalg.norm(self.errors, axis=-1)


def main() -> None:
    options = tyro.cli(Options)
    real, virtual = samples(options)
    for table in (sizes, by_score, confidences, by_joint, over_time, along_body):
        print(f"{table.__doc__}\n")
        for row in zip(table(real), table(virtual), strict=True):
            (label, first), (_, second) = row
            print(f"| {label} | {first} | {second} |")
            if label in HEADERS:
                print("|---|---|---|")
        print()


HEADERS = ("percentile", "confidence", "share of joints", "joint", "seconds", "bones apart")


def samples(options: Options) -> tuple[Sample, Sample]:
    """Real and virtual detections of all takes and cameras."""
    capture = read_capture(options.data / "train")
    cameras = read_calibration(options.data / "cameras.json", units="cm")
    used = [cameras[name] for name in capture.cameras if name not in options.left_out]
    collected: dict[str, list[Sample]] = {"real": [], "virtual": []}
    for take in capture.takes:
        motion = read_motion(options.data / "reference" / f"{take.name}.npz", steady=False)
        filming = Filming(noise=options.noise, seed=options.seed)
        labelled = film([motion], filming, cameras=used)[0].labelled
        height = stature(motion.positions, motion.skeleton)
        for camera in used:
            exact = labelled.truth_2d[camera.name]
            depth = np.nanmedian(labelled.truth_3d[camera.name].positions[..., 2], axis=1) / 1000
            pixels = focal_lengths(camera, len(motion)) * height / depth
            for kind, view in (
                ("real", take.views[camera.name]),
                ("virtual", labelled.take.views[camera.name]),
            ):
                collected[kind].append(_sample(view, exact, pixels))
    real, virtual = (_joined(part) for part in collected.values())
    return real, virtual


def _sample(view: Keypoints, exact: Keypoints, pixels: np.ndarray) -> Sample:
    joints = exact.skeleton.detected
    here, there = view.skeleton.indices(joints), exact.skeleton.indices(joints)
    errors = view.positions[:, here].astype(float) - exact.positions[:, there]
    return Sample(
        (errors / pixels[:, None, None])[None],
        view.scores[None, :, here].astype(float),
        exact.skeleton,
        view.fps or 60.0,
    )


def _joined(parts: list[Sample]) -> Sample:
    return Sample(
        np.concatenate([part.errors for part in parts]),
        np.concatenate([part.scores for part in parts]),
        parts[0].skeleton,
        parts[0].fps,
    )


def sizes(sample: Sample) -> list[tuple[str, str]]:
    """Errors over all joints, in % of the person's height: real | virtual."""
    rows = [("percentile", "error %")]
    for share in (10, 25, 50, 75, 90, 95, 99):
        rows.append((f"{share}", f"{100 * np.nanpercentile(sample.sizes, share):.2f}"))
    return rows


def by_score(sample: Sample) -> list[tuple[str, str]]:
    """Errors in % of the height by confidence, 50th and 90th percentile: real | virtual."""
    rows = [("confidence", "50th, 90th")]
    for low in np.arange(10) / 10:
        chosen = (sample.scores >= low) & (sample.scores < low + 0.1) & np.isfinite(sample.sizes)
        middle, high = 100 * np.percentile(sample.sizes[chosen], [50, 90])
        rows.append((f"{low:.1f} to {low + 0.1:.1f}", f"{middle:.2f}, {high:.2f}"))
    return rows


def confidences(sample: Sample) -> list[tuple[str, str]]:
    """Confidences, over all joints: real | virtual."""
    rows = [("share of joints", "confidence")]
    for share in (5, 10, 25, 50, 75, 90):
        rows.append((f"{share} % below", f"{np.percentile(sample.scores, share):.2f}"))
    rows.append(("below 0.3", f"{np.mean(sample.scores < 0.3):.1%}"))
    return rows


def by_joint(sample: Sample) -> list[tuple[str, str]]:
    """By joint: error % (50th, 90th percentile), share below 0.3: real | virtual."""
    rows = [("joint", "50th, 90th, below 0.3")]
    joints = sample.skeleton.detected
    for kind in dict.fromkeys(joint.rsplit("_", 1)[-1] for joint in joints):
        places = [place for place, joint in enumerate(joints) if joint.endswith(kind)]
        middle, high = 100 * np.nanpercentile(sample.sizes[..., places], [50, 90])
        unsure = np.mean(sample.scores[..., places] < 0.3)
        rows.append((kind, f"{middle:.2f}, {high:.2f}, {unsure:.0%}"))
    return rows


def over_time(sample: Sample) -> list[tuple[str, str]]:
    """Rank correlation over time of errors along x, of their sizes, and of confidences."""
    rows = [("seconds", "error, size, confidence")]
    ranked = _ranked(sample)
    for seconds in LAGS:
        lag = round(seconds * sample.fps)
        values = [_correlation(part[:, :-lag], part[:, lag:]) for part in ranked]
        rows.append((f"{seconds:.2f}", ", ".join(f"{value:.2f}" for value in values)))
    return rows


def along_body(sample: Sample) -> list[tuple[str, str]]:
    """Rank correlation between joints of errors along x, of their sizes, and of confidences."""
    rows = [("bones apart", "error, size, confidence")]
    ranked = _ranked(sample)
    apart: dict[int, list[list[float]]] = {}
    joints = sample.skeleton.detected
    for first, joint in enumerate(joints):
        for second in range(first):
            values = [_correlation(part[..., first], part[..., second]) for part in ranked]
            bones = _bones_apart(sample.skeleton, joint, joints[second])
            apart.setdefault(bones, []).append(values)
    for bones in sorted(apart)[:4]:
        values = np.mean(apart[bones], axis=0)
        rows.append((f"{bones}", ", ".join(f"{value:.2f}" for value in values)))
    return rows


def _bones_apart(skeleton: Skeleton, first: str, second: str) -> int:
    ways = []
    for joint in (first, second):
        way = [joint]
        while way[-1] in skeleton.parents:
            way.append(skeleton.parents[way[-1]])
        ways.append(way)
    return min(ways[0].index(joint) + ways[1].index(joint) for joint in ways[0] if joint in ways[1])


def _ranked(sample: Sample) -> list[np.ndarray]:
    """Errors along x, their sizes, and confidences, as normal scores of their ranks."""
    return [_normal_scores(part) for part in (sample.errors[..., 0], sample.sizes, sample.scores)]


def _normal_scores(values: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    known = np.isfinite(values)
    out = np.full(values.shape, np.nan)
    out[known] = ndtri((rankdata(values[known]) - 0.5) / known.sum())
    return out


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    both = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[both], second[both])[0, 1])


if __name__ == "__main__":
    main()
