"""Does skeleton morphing help? Detections against exact 2D joints, converted by name and morphed.

    python benchmarks/morphing.py [--aistpp DATA] -o FOLDER

The demo's trial: OpenPose's BODY_25B against the reprojection of the calibrated triangulation of
the same detections; and the COCO joints among them to the paper's 16 joints, which have another
neck and the top of the head. AIST++ (DATA as for ``aistpp.py``): COCO-17 against the projected
reference. What is tested on is never trained on.
Errors are of root-centred poses of unit Frobenius norm, in thousandths, and in pixels of each
pose's own true size.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from canonpose.datamodel import Keypoints
from canonpose.demo.footage import fetch_footage
from canonpose.demo.run import calibrated_reference
from canonpose.files import write_whole
from canonpose.geometry.cameras import Camera
from canonpose.morphing import MORPHING_PRESETS, TrainedMorphing, morphing_errors, train_morphing
from canonpose.morphing.samples import Pair, samples_of
from canonpose.readers import read_capture
from canonpose.readers.calibration import choose, read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.skeleton import Skeleton, convert, layout
from canonpose.skeleton.convert import complete

CAMERAS = ("c01", "c03", "c06", "c08")
WORST = 5
"""Joints listed of each row."""


@dataclass(frozen=True)
class Benchmark:
    """Train morphings and measure them on footage that they have not seen."""

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    aistpp: Path | None = None
    """Folder of AIST++ detections, reference and cameras."""
    presets: tuple[str, ...] = ("fast",)
    """``released`` takes many times as long on a CPU."""
    seeds: int = 1


@dataclass(frozen=True)
class Split:
    """What to learn from and what to test on."""

    name: str
    training: Sequence[Pair]
    test: Sequence[Pair]


def main() -> None:
    options = tyro.cli(Benchmark)
    splits = demo_splits()
    if options.aistpp is not None:
        splits += aistpp_splits(options.aistpp)
    lines = [
        "| footage | preset | poses learned from | by name | morphed | px by name | px morphed "
        "| worst joints: by name > morphed | joints that conversion lacks |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for split in splits:
        for preset in options.presets:
            for seed in range(options.seeds):
                config = replace(MORPHING_PRESETS[preset], seed=seed)
                morphing = train_morphing(split.training, config)
                lines.append(row(split, f"{preset}, seed {seed}", morphing))
                print(lines[-1], flush=True)
    write_whole(options.output / "morphing.md", "\n".join(lines) + "\n")


def row(split: Split, preset: str, morphing: TrainedMorphing) -> str:
    """One line of the table."""
    errors = morphing_errors(split.test, morphing)
    size = true_sizes(split.test)[:, None]
    plain, morphed, added = (1000 * e for e in (errors.plain, errors.morphed, errors.added))
    joints = [j for j, joint in enumerate(errors.joints) if np.isfinite(plain[:, j]).any()]
    worst = sorted(joints, key=lambda j: -np.nanmean(plain[:, j]))[:WORST]
    told = ", ".join(
        f"{errors.joints[j]} {np.nanmean(plain[:, j]):.1f} > {np.nanmean(morphed[:, j]):.1f}"
        for j in worst
    )
    lacking = [j for j in range(len(errors.joints)) if np.isfinite(added[:, j]).any()]
    guessed = ", ".join(f"{errors.joints[j]} {np.nanmean(added[:, j]):.1f}" for j in lacking)
    numbers = (plain, morphed, plain * size / 1000, morphed * size / 1000)
    means = " | ".join(f"{np.nanmean(number):.1f}" for number in numbers)
    poses = morphing.provenance["poses"]
    return f"| {split.name} | {preset} | {poses} | {means} | {told} | {guessed or '–'} |"


def true_sizes(pairs: Sequence[Pair]) -> np.ndarray:
    """The Frobenius norm of each compared true pose, in pixels."""
    sizes = []
    for seen, true in pairs:
        root = true.skeleton.root_index
        centred = true.positions - true.positions[:, [root]]
        usable = true.seen[:, root] & seen.seen[:, seen.skeleton.root_index]
        sizes.append(np.sqrt(np.nansum(centred**2, axis=(1, 2)))[usable])
    joined = np.concatenate(sizes)
    assert len(joined) == len(samples_of(pairs))
    return joined


def demo_splits() -> list[Split]:
    footage = fetch_footage()
    capture = read_capture(footage.keypoints)
    cameras = read_calibration(footage.calibration)
    reference = calibrated_reference(capture, footage.calibration)
    half = len(capture) // 2
    changes = [(capture.skeleton, capture.skeleton), (layout("coco17"), layout("canonpose16"))]
    splits = []
    for source, target in changes:
        pairs = [
            (in_skeleton(view, source), projected(view, reference, camera, target))
            for name, view in capture.takes[0].views.items()
            for camera in (choose(cameras, name, footage.calibration),)
        ]
        what = f"demo, {source.name} to {target.name}"
        splits.append(
            Split(
                f"{what}: first half, second half",
                [cut(pair, 0, half) for pair in pairs],
                [cut(pair, half, len(capture)) for pair in pairs],
            )
        )
        for place, pair in enumerate(pairs):
            others = [*pairs[:place], *pairs[place + 1 :]]
            splits.append(Split(f"{what}: other cameras, {pair[0].camera}", others, [pair]))
    return splits


def aistpp_splits(data: Path) -> list[Split]:
    cameras = read_calibration(data / "cameras.json", units="cm")
    pairs = {}
    for part in ("train", "test"):
        for take in read_capture(data / part, cameras=CAMERAS).takes:
            reference = read_reference(data / "reference" / f"{take.name}.npz")
            pairs[take.name] = [
                (view, projected(view, reference, cameras[name], view.skeleton))
                for name, view in take.views.items()
            ]
    learned = [*pairs["ch01"], *pairs["ch02"]]
    splits = [
        Split(f"AIST++: ch01 and ch02, {take}", learned, pairs[take]) for take in ("ch03", "ch06")
    ]
    everything = [*learned, *pairs["ch03"]]
    return [*splits, Split("AIST++: ch01 to ch03, ch06", everything, pairs["ch06"])]


def projected(view: Keypoints, reference: Reference, camera: Camera, target: Skeleton) -> Keypoints:
    """What a view should have seen: the projection of a world reference, in the target skeleton."""
    derived = {
        joint: sources
        for joint, sources in view.skeleton.derived.items()
        if joint not in reference.joints
    }
    joints = (*reference.joints, *derived)
    known = Skeleton("reference", joints, joints[0], derived=derived)
    pixels = camera.project(np.where(reference.valid[..., None], reference.positions, np.nan) / 1e3)
    positions, scores = complete(pixels, np.isfinite(pixels).all(-1).astype(float), known)
    return in_skeleton(replace(view, positions=positions, scores=scores, skeleton=known), target)


def in_skeleton(view: Keypoints, target: Skeleton) -> Keypoints:
    """A view converted by name, with the target's derived joints derived from its own."""
    positions, scores = convert(view.positions, view.scores, view.skeleton, target)
    detected = target.indices(target.detected)
    positions, scores = complete(positions[:, detected], scores[:, detected], target)
    return replace(
        view,
        positions=positions.astype(np.float32),
        scores=scores.astype(np.float32),
        skeleton=target,
    )


def cut(pair: Pair, first: int, stop: int) -> Pair:
    """Some frames of both."""
    seen, true = (
        replace(view, positions=view.positions[first:stop], scores=view.scores[first:stop])
        for view in pair
    )
    return seen, true


if __name__ == "__main__":
    main()
