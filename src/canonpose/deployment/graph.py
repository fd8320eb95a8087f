"""What an exported lifter computes, from pixels to 3D, as ONNX nodes.

The same steps as `canonpose.inference.lift` takes with PyTorch, frame by frame.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from onnx import TensorProto
from scipy.linalg import block_diag

from canonpose.deployment.layers import Layer
from canonpose.deployment.nodes import Nodes
from canonpose.deployment.sigma import Sigma
from canonpose.inference.body_scale import Segments, segments_of
from canonpose.lifter.network import NEGATIVE_SLOPE, LifterConfig
from canonpose.skeleton import Skeleton

KEYPOINTS, SCORES = "keypoints", "scores"
"""Inputs: [frame, joint, 2] in pixels, NaN where missing, and [frame, joint], 0 where missing."""
POSITIONS, CANONICAL, ROTATION = "positions", "canonical", "rotation"
"""Outputs: [frame, joint, 3] in the camera's and the canonical frame, [frame, 3, 3] between."""
SIGMA = "sigma"
"""Output of lifters that know their uncertainty: [frame, joint]."""
_TINY = 1e-6
"""Radians: no angle is taken to be smaller, at which sin(a)/a is 1 to single precision."""
_END = np.iinfo(np.int64).max
"""Of a slice that goes on to the last."""


class _Normalised(NamedTuple):
    positions: str
    scores: str
    usable: str
    """[frame, 1, 1], whether it can be lifted."""


def lifting_nodes(
    layer: Layer, config: LifterConfig, skeleton: Skeleton, sigma: Sigma | None = None
) -> Nodes:
    """Everything between the inputs and the outputs.

    Parameters
    ----------
    layer : callable
        How fully connected layers are written.
    config : LifterConfig
    skeleton : Skeleton
    sigma : callable, optional
        How the uncertainty of joints is written, where it is known.
    """
    n = Nodes()
    seen = _normalised(n, skeleton)
    lifted = partial(_network, n, layer, config, len(skeleton))
    flat = n("Reshape", seen.positions, n.constant([0, 2 * len(skeleton)]))
    features = n("Concat", flat, seen.scores, axis=1)
    if config.mirror_image:
        poses, turned = _with_mirror_image(n, features, lifted, skeleton)
    else:
        poses, turned = lifted(features)
        poses = _centred(n, poses, skeleton)
    missing = n.constant(np.nan)
    sized = n("Div", poses, _size(n, poses, skeleton))
    canonical = n("Where", seen.usable, sized, missing, name=CANONICAL)
    rotation = n("Where", seen.usable, turned, missing, name=ROTATION)
    n("MatMul", canonical, n("Transpose", rotation, perm=[0, 2, 1]), name=POSITIONS)
    if sigma is not None:
        distances = sigma(n, seen.positions, seen.scores, POSITIONS)
        n("Where", n("Squeeze", seen.usable, n.constant([-1])), distances, missing, name=SIGMA)
    return n


def _normalised(n: Nodes, skeleton: Skeleton) -> _Normalised:
    """As `canonpose.geometry.normalisation.normalise` (section 3.1)."""
    root, last = n.constant([skeleton.root_index]), n.constant([-1])
    zero, one = n.constant(0.0), n.constant(1.0)
    amiss = n("Or", n("IsNaN", KEYPOINTS), n("IsInf", KEYPOINTS))
    amiss = n("ReduceMax", n("Cast", amiss, to=TensorProto.FLOAT), last, keepdims=0)
    seen = n("And", n("Greater", SCORES, zero), n("Equal", amiss, zero))
    rooted = n("And", seen, n("Gather", seen, root, axis=1))
    centred = n("Sub", KEYPOINTS, n("Gather", KEYPOINTS, root, axis=1))
    centred = n("Where", n("Unsqueeze", rooted, last), centred, zero)
    scale = n("ReduceL2", centred, n.constant([1, 2]), keepdims=1)
    usable = n("Greater", scale, zero)
    counted = n("And", rooted, n("Squeeze", usable, last))
    return _Normalised(
        positions=n("Div", centred, n("Where", usable, scale, one)),
        scores=n("Where", counted, SCORES, zero),
        usable=usable,
    )


def _centred(n: Nodes, poses: str, skeleton: Skeleton) -> str:
    """Relative to the root joint."""
    return n("Sub", poses, n("Gather", poses, n.constant([skeleton.root_index]), axis=1))


def _with_mirror_image(
    n: Nodes, features: str, lifted: Callable[[str], tuple[str, str]], skeleton: Skeleton
) -> tuple[str, str]:
    """As `canonpose.lifter.mirror_image`, relative to the root joint: frames, and behind them their
    mirror images, all lifted at once.
    """
    joints = len(skeleton)
    frames, beginning, end = n("Shape", features, end=1), n.constant([0]), n.constant([_END])
    in_mirror = block_diag(_other_side(skeleton, -1.0, 1.0), _other_side(skeleton, 1.0))
    mirrored = n("MatMul", features, n.constant(in_mirror))
    poses, rotation = lifted(n("Concat", features, mirrored, axis=0))
    poses = n("MatMul", poses, n("Transpose", rotation, perm=[0, 2, 1]))
    poses = _centred(n, poses, skeleton)
    poses = n("Div", poses, n("ReduceL2", poses, n.constant([1, 2]), keepdims=1))
    poses = n("Reshape", poses, n.constant([0, 3 * joints]))
    seen, mirrored = n("Slice", poses, beginning, frames), n("Slice", poses, frames, end)
    back = n("MatMul", mirrored, n.constant(_other_side(skeleton, -1.0, 1.0, 1.0)))
    both = n("Reshape", n("Add", seen, back), n.constant([0, joints, 3]))
    rotation = n("Slice", rotation, beginning, frames)
    return n("MatMul", both, rotation), rotation


def _other_side(skeleton: Skeleton, *signs: float) -> Float[np.ndarray, "feature feature"]:
    """The matrix that takes rows of joints to those of the other side, axes times their signs."""
    return np.kron(np.eye(len(skeleton))[:, skeleton.mirror_indices], np.diag(signs))


def _network(
    n: Nodes, layer: Layer, config: LifterConfig, joints: int, features: str
) -> tuple[str, str]:
    """Fig. 3: positions and scores [frame, 3 joint] to poses [frame, joint, 3] and rotations."""

    def bent(features: str) -> str:
        return n("LeakyRelu", features, alpha=NEGATIVE_SLOPE)

    def path(features: str, name: str, blocks: int) -> str:
        for block in range(blocks):
            inner = bent(layer(n, features, f"{name}.{block}.first"))
            inner = bent(layer(n, inner, f"{name}.{block}.second"))
            features = n("Add", inner, features)
            features = bent(features) if config.block_activation else features
        return features

    features = layer(n, features, "upscale")
    features = bent(features) if config.input_activation else features
    features = path(features, "common", 1)
    poses = layer(n, path(features, "pose_path", 2), "pose_head")
    axis_angle = layer(n, path(features, "rotation_path", 2), "rotation_head")
    return n("Reshape", poses, n.constant([0, joints, 3])), _rodrigues(n, axis_angle)


def _size(n: Nodes, poses: str, skeleton: Skeleton) -> str:
    """As `canonpose.inference.body_scale.body_size`, [frame, 1, 1]."""
    segments = segments_of(skeleton)
    shares = _differences(segments, skeleton) / segments.total
    vectors = n("MatMul", n.constant(shares), poses)
    return n("ReduceSum", n("ReduceL2", vectors, n.constant([2])), n.constant([1]), keepdims=1)


def _differences(segments: Segments, skeleton: Skeleton) -> Float[np.ndarray, "segment joint"]:
    """The matrix that takes a pose to its segments as vectors."""
    matrix = np.zeros((len(segments.ends), len(skeleton)))
    for row, (start, end) in zip(matrix, segments.ends, strict=True):
        row[skeleton.indices(end)] += 1 / len(end)
        row[skeleton.indices(start)] -= 1 / len(start)
    return matrix


def _rodrigues(n: Nodes, axis_angle: str) -> str:
    """As `canonpose.geometry.rotations.rodrigues`, [frame, 3, 3], with K^2 = v v^T - a^2 I."""
    angle = n("Unsqueeze", n("ReduceL2", axis_angle, n.constant([1]), keepdims=1), n.constant([2]))
    angle = n("Max", angle, n.constant(_TINY))
    half = n("Mul", angle, n.constant(0.5))
    cross = n("MatMul", axis_angle, n.constant(_CROSS.reshape(3, 9)))
    cross = n("Reshape", cross, n.constant([0, 3, 3]))
    sine, bend = n("Div", n("Sin", angle), angle), n("Div", n("Sin", half), angle)
    squared = n("Mul", n("Mul", bend, bend), n.constant(2.0))
    turned = n("Add", n.constant(np.eye(3)), n("Mul", sine, cross))
    return n("Add", turned, n("Mul", squared, n("MatMul", cross, cross)))


_CROSS = np.array(
    [
        [[0.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]],
        [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 0.0]],
        [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
    ]
)
"""The matrices of the cross products with the three axes."""
