"""A trained lifter as an ONNX model."""

from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from canonpose.deployment.card import ModelCard
from canonpose.deployment.graph import (
    CANONICAL,
    KEYPOINTS,
    POSITIONS,
    ROTATION,
    SCORES,
    SIGMA,
    lifting_nodes,
)
from canonpose.deployment.layers import RUNTIME_S_OWN, Layer
from canonpose.deployment.sigma import Sigma
from canonpose.lifter.network import LifterConfig

OPSET, IR_VERSION = 21, 10
"""The newest that every ONNX Runtime since 1.18 runs; nothing in the graph has changed since."""


def lifting_model(
    layer: Layer, config: LifterConfig, card: ModelCard, sigma: Sigma | None = None
) -> ModelProto:
    """The model of a lifter, with its card as metadata.

    Parameters
    ----------
    layer : callable
        How fully connected layers are written.
    config : LifterConfig
        The network's shape.
    card : ModelCard
    sigma : callable, optional
        How the uncertainty of joints is written, where it is known.
    """
    joints = len(card.skeleton)
    nodes = lifting_nodes(layer, config, card.skeleton, sigma)
    graph = helper.make_graph(
        nodes.nodes,
        "lifter",
        inputs=[_floats(KEYPOINTS, joints, 2), _floats(SCORES, joints)],
        outputs=[
            _floats(POSITIONS, joints, 3),
            _floats(CANONICAL, joints, 3),
            _floats(ROTATION, 3, 3),
            *([_floats(SIGMA, joints)] if sigma else []),
        ],
        initializer=nodes.constants,
        doc_string="2D keypoints in pixels, NaN where missing, to 3D in body heights.",
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(RUNTIME_S_OWN, 1)],
        ir_version=IR_VERSION,
        producer_name="canonpose",
        producer_version=card.version,
    )
    helper.set_model_props(model, card.to_metadata())
    return model


def _floats(name: str, *axes: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["frame", *axes])
