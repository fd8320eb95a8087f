"""How far lifted joints may be off, as ONNX nodes: `canonpose.lifter.sigma.SigmaNetwork`."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from onnx import TensorProto

from canonpose.deployment.nodes import Nodes
from canonpose.lifter.sigma import LARGEST
from canonpose.skeleton import Skeleton

Sigma = Callable[[Nodes, str, str, str], str]
"""From normalised positions [frame, joint, 2], scores [frame, joint] and lifted poses
[frame, joint, 3] of body size 1 in the camera's frame to sigma [frame, joint], in body sizes."""


def sigma_by(state: Mapping[str, Float[np.ndarray, "..."]], skeleton: Skeleton) -> Sigma:
    """The nodes of a network with this state, in single precision."""
    there = np.ones(len(skeleton), np.float32)
    there[skeleton.root_index] = 0

    def sigma(n: Nodes, positions: str, scores: str, lifted: str) -> str:
        features = _features(n, positions, scores, lifted, len(skeleton))
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
        return n("Mul", n("Exp", bounded), n.constant(state["scale"] * there))

    return sigma


def _features(n: Nodes, positions: str, scores: str, lifted: str, joints: int) -> str:
    """As `canonpose.lifter.sigma.features_of`, [frame, 7 joint]."""
    zero, one, last = n.constant(0.0), n.constant(1.0), n.constant([-1])
    seen = n("Unsqueeze", n("Cast", n("Greater", scores, zero), to=TensorProto.FLOAT), last)
    images = n("Mul", seen, n("Gather", lifted, n.constant([0, 1]), axis=2))
    axes = n.constant([1, 2])
    size = n("ReduceSumSquare", images, axes, keepdims=1)
    fit = n("ReduceSum", n("Mul", images, positions), axes, keepdims=1)
    scale = n("Div", fit, n("Where", n("Greater", size, zero), size, one))
    off = n("Mul", seen, n("Sub", n("Mul", scale, images), positions))
    return n(
        "Concat",
        n("Reshape", positions, n.constant([0, 2 * joints])),
        scores,
        n("Reshape", lifted, n.constant([0, 3 * joints])),
        n("ReduceL2", off, last, keepdims=0),
        axis=1,
    )
