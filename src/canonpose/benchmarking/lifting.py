"""How fast poses are lifted, beside the products alone and the reading of weights."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from canonpose.benchmarking.figures import Figure
from canonpose.benchmarking.limits import Products
from canonpose.benchmarking.made_up import made_up_samples
from canonpose.benchmarking.timing import measure
from canonpose.datamodel import Keypoints
from canonpose.inference.lift import lift
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.lifter.trained import TrainedLifter
from canonpose.processor import processor_used_well
from canonpose.skeleton import layout

SINGLE = 100
"""Single poses between two looks at the clock."""


@dataclass(frozen=True)
class LiftingBenchmark:
    """What is lifted, by random weights."""

    width: int = 1024
    layout: str = "coco17"
    frames: int = 8192
    """Of a recording that is lifted whole."""
    repeats: int = 7


def lifting_figures(options: LiftingBenchmark, device: torch.device) -> Iterator[Figure]:
    """One pose, a whole recording through the network, and through `canonpose.lift`."""
    skeleton = layout(options.layout)
    network = Lifter(len(skeleton), LifterConfig(width=options.width)).to(device).eval()
    samples = made_up_samples(options.frames, 1, skeleton).to(device)
    positions, scores = samples.positions[:, 0], samples.scores[:, 0]
    keypoints = Keypoints(
        positions=(300 * positions.cpu().numpy() + 500).astype(np.float32),
        scores=scores.cpu().numpy(),
        skeleton=skeleton,
    )
    lifter = TrainedLifter(network, skeleton)
    products = Products(network, options.frames, device)
    weights = [parameter.detach() for parameter in network.parameters()]

    def read_weights() -> None:
        for _ in range(SINGLE):
            for weight in weights:
                weight.sum()

    def one_by_one() -> None:
        for _ in range(SINGLE):
            network(positions[:1], scores[:1])

    with torch.inference_mode(), processor_used_well():
        reading = SINGLE / measure(read_weights, device, options.repeats).median
        single = measure(one_by_one, device, options.repeats)
        allowed = options.frames / measure(products.forward, device, options.repeats).median
        at_once = measure(lambda: network(positions, scores), device, options.repeats)
    yield Figure.of("one by one (limit: reading the weights)", SINGLE, "poses", single, reading)
    name = f"network, {options.frames} at once"
    yield Figure.of(name, options.frames, "poses", at_once, allowed)
    with processor_used_well():
        timing = measure(
            lambda: lift(keypoints, lifter, device=str(device)), device, options.repeats
        )
    views = 2 if network.config.mirror_image else 1
    name = f"canonpose.lift, {options.frames} frames, {views} views each"
    yield Figure.of(name, options.frames, "poses", timing, allowed / views)
