"""AIST++: whether joints of unseen movements are as far off as sigma says.

    python benchmarks/uncertainty.py DATA -m RUN [-o uncertainty.png]

DATA holds ``train/``, ``test/ch06/``, ``reference/`` and ``cameras.json``; RUN is a lifter, of
``canonpose train DATA/train --static-cameras --cameras c01,c03,c06,c08 -o RUN`` with
``--start-from nothing``: the pretrained lifter has seen these takes, so that nothing could be held
back from what starts from it. Sigma is learned from ``train/`` without its reference (six
trainings); the reference of ch06 only judges it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

import canonpose
from canonpose.datamodel import Poses
from canonpose.metrics.plots import plot_reliability
from canonpose.metrics.reliability import Reliability, reliability_of
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.solving import one_rig
from canonpose.uncertainty import UncertaintyConfig, learn_uncertainty

FOUR = ("c01", "c03", "c06", "c08")
TIMES = np.array([0.5, 1.0, 2.0, 3.0])


@dataclass(frozen=True)
class Benchmark:
    """Learn sigma on the training takes, judge it on the test take."""

    data: tyro.conf.Positional[Path]
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"])]
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("uncertainty.png")
    config: Annotated[UncertaintyConfig, tyro.conf.arg(name="")] = field(
        default_factory=UncertaintyConfig
    )


def main() -> None:
    options = tyro.cli(Benchmark)
    lifter = canonpose.load_lifter(options.model)
    train = canonpose.read_capture(options.data / "train", cameras=FOUR, static_cameras=True)
    solved = canonpose.solve(one_rig(train), lifter)
    learned = learn_uncertainty(train, lifter, options.config, solved=solved, say=print)
    print(f"factor {learned.facts['factor']}, of the rehearsals {learned.facts['transfer']}")
    print(f"within sigma by held-back take: {learned.facts['share_within_by_part']}")
    views = test_views(options.data, replace(lifter, uncertainty=learned))
    for camera, view in views.items():
        print(f"ch06 {camera}: {told(reliability_of({camera: view}))}")
    every = reliability_of(views)
    print(f"ch06: {told(every)}")
    if every is not None:
        plot_reliability(every, options.output)


def test_views(
    data: Path, lifter: canonpose.TrainedLifter
) -> Mapping[str, tuple[Poses, Reference]]:
    """The test take lifted view by view, and its reference in each camera's frame."""
    reference = read_reference(data / "reference" / "ch06.npz")
    calibration = read_calibration(data / "cameras.json")
    take = canonpose.read_capture(data / "test", cameras=FOUR).takes[0]
    return {
        camera: (
            canonpose.lift(view, lifter),
            replace(reference, positions=reference.positions @ calibration[camera].rotation.T),
        )
        for camera, view in take.views.items()
    }


def told(reliability: Reliability | None) -> str:
    if reliability is None:
        return "nothing"
    shares = ", ".join(f"{share:.1%}" for share in reliability.share_within_times(TIMES))
    ranks = [np.argsort(np.argsort(values)) for values in (reliability.sigma, reliability.errors)]
    return (
        f"within {', '.join(map(str, TIMES))} sigma {shares}; median error "
        f"{np.median(reliability.errors):.0f} mm, sigma {np.median(reliability.sigma):.0f} mm; "
        f"rank correlation {np.corrcoef(*ranks)[0, 1]:.2f}"
    )


if __name__ == "__main__":
    main()
