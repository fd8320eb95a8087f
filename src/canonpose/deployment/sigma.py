"""How far lifted joints may be off, as ONNX nodes: `canonpose.lifter.sigma.SigmaNetwork`."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from onnx import TensorProto

from canonpose.deployment.nodes import Nodes
from canonpose.lifter.sigma import LARGEST, SMALLEST_LEVEL, SMALLEST_SCALE
from canonpose.skeleton import Skeleton

Sigma = Callable[[Nodes, str, str, str], str]
"""From normalised positions [frame, joint, 2], scores [frame, joint] and lifted poses
[frame, joint, 3] of body size 1 in the camera's frame to sigma [frame, joint], in body sizes."""


def sigma_by(state: Mapping[str, Float[np.ndarray, "..."]], skeleton: Skeleton) -> Sigma:
    """The nodes of a network with this state, in single precision."""
    there = np.ones(len(skeleton), np.float32)
    there[skeleton.root_index] = 0

    def sigma(n: Nodes, positions: str, scores: str, lifted: str) -> str:
        features, level = _features(n, positions, scores, lifted, len(skeleton))
        mean, spread = (n.constant(state[name]) for name in ("mean", "spread"))
        hidden = n("Div", n("Sub", features, mean), spread)
        layers = sorted({name.rsplit(".", 1)[0] for name in state if name.startswith("layers.")})
        for layer in layers:
            weight, bias = (
                n.constant(state[f"{layer}.{part}"], f"sigma.{layer}.{part}")
                for part in ("weight", "bias")
            )
            hidden = n("Gemm", hidden, weight, bias, transB=1)
            if layer != layers[-1]:
                hidden = n("LeakyRelu", hidden, alpha=0.01)
        bounded = n("Clip", hidden, n.constant(-LARGEST), n.constant(LARGEST))
        calibrated = n("Mul", n("Exp", bounded), n.constant(state["scale"] * there))
        return n("Mul", level, calibrated)

    return sigma


def _features(n: Nodes, positions: str, scores: str, lifted: str, joints: int) -> tuple[str, str]:
    """As `canonpose.lifter.sigma.features_of`: [frame, 7 joint], and the last one, [frame, 1]."""
    zero, one, last = n.constant(0.0), n.constant(1.0), n.constant([-1])
    seen = n("Unsqueeze", n("Cast", n("Greater", scores, zero), to=TensorProto.FLOAT), last)
    images = n("Gather", lifted, n.constant([0, 1]), axis=2)
    masked, axes = n("Mul", seen, images), n.constant([1, 2])
    size = n("ReduceSumSquare", masked, axes, keepdims=1)
    fit = n("ReduceSum", n("Mul", masked, positions), axes, keepdims=1)
    ratio = n("Div", fit, n("Where", n("Greater", size, zero), size, one))
    scale = n("Max", ratio, n.constant(SMALLEST_SCALE))
    off = n("Mul", seen, n("Sub", images, n("Div", positions, scale)))
    distances = n("ReduceL2", off, last, keepdims=0)
    count = n("Max", n("Squeeze", n("ReduceSum", seen, axes, keepdims=1), last), one)
    square = n("Div", n("ReduceSumSquare", distances, n.constant([1]), keepdims=1), count)
    level = n("Max", n("Sqrt", square), n.constant(SMALLEST_LEVEL))
    features = n(
        "Concat",
        n("Reshape", positions, n.constant([0, 2 * joints])),
        scores,
        n("Reshape", lifted, n.constant([0, 3 * joints])),
        n("Div", distances, level),
        axis=1,
    )
    return features, level
