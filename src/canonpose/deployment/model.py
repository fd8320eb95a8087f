"""A trained lifter as an ONNX model."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float
from onnx import ModelProto, TensorProto, ValueInfoProto, helper, numpy_helper

from canonpose.deployment.card import ModelCard
from canonpose.deployment.graph import (
    CANONICAL,
    KEYPOINTS,
    POSITIONS,
    ROTATION,
    SCORES,
    Weights,
    lifting_nodes,
)
from canonpose.lifter.network import LifterConfig

OPSET, IR_VERSION = 21, 10
"""The newest that every ONNX Runtime since 1.18 runs; nothing in the graph has changed since."""


def lifting_model(weights: Weights, config: LifterConfig, card: ModelCard) -> ModelProto:
    """The model of a lifter, with its card as metadata.

    Parameters
    ----------
    weights : callable
        Name in `Lifter`'s state to the tensor of that name.
    config : LifterConfig
        The network's shape.
    card : ModelCard
    """
    joints = len(card.skeleton)
    nodes = lifting_nodes(weights, config, card.skeleton)
    graph = helper.make_graph(
        nodes.nodes,
        "lifter",
        inputs=[_floats(KEYPOINTS, joints, 2), _floats(SCORES, joints)],
        outputs=[
            _floats(POSITIONS, joints, 3),
            _floats(CANONICAL, joints, 3),
            _floats(ROTATION, 3, 3),
        ],
        initializer=nodes.constants,
        doc_string="2D keypoints in pixels, NaN where missing, to 3D in body heights.",
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="canonpose",
        producer_version=card.version,
    )
    helper.set_model_props(model, card.to_metadata())
    return model


def weights_inside(state: Mapping[str, Float[np.ndarray, "..."]], *, half: bool = False) -> Weights:
    """Weights as part of the model, in single or half precision."""

    def weights(name: str) -> TensorProto:
        return numpy_helper.from_array(state[name].astype(np.float16 if half else np.float32), name)

    return weights


def weights_beside(path: Path) -> Weights:
    """Weights that stay in a safetensors file, which must lie in the folder of the model.

    Its tensors lie in it one behind the other, as ONNX wants those that are kept outside a model.

    Parameters
    ----------
    path : path
        The safetensors file: the length of its header in 8 bytes, the header, which says in JSON
        where each tensor begins and ends behind it, and the tensors.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))

    def weights(name: str) -> TensorProto:
        entry = header[name]
        start, end = entry["data_offsets"]
        tensor = TensorProto(
            name=name,
            dims=entry["shape"],
            data_type=_KINDS[entry["dtype"]],
            data_location=TensorProto.EXTERNAL,
        )
        places = {"location": path.name, "offset": 8 + length + start, "length": end - start}
        for key, value in places.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    return weights


_KINDS = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT}


def _floats(name: str, *axes: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["frame", *axes])
