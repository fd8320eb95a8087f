"""Fully connected layers as ONNX nodes, by how their weights are kept."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, UInt8
from onnx import TensorProto, numpy_helper

from canonpose.deployment.nodes import Nodes

Layer = Callable[[Nodes, str, str], str]
"""Adds the layer of a name in `Lifter` to features [frame, in]; returns its output's name."""
State = Mapping[str, Float[np.ndarray, "..."]]
"""The tensors of a network by name: ``common.0.first.weight`` [out, in], ``.bias`` [out]."""

BLOCK = 32
"""Weights of one neuron that share a scale in int8."""
ZERO = 128
"""Where bytes have their zero."""
IN_WHOLE_NUMBERS = 4
"""ONNX Runtime's name for products of 8-bit integers, in which features are rounded too, frame by
frame and block by block."""
RUNTIME_S_OWN = "com.microsoft"
"""The domain of operators that ONNX Runtime adds to ONNX's."""


class Quantised(NamedTuple):
    """A matrix in bytes: ``(values - ZERO) * scales`` by block."""

    values: UInt8[np.ndarray, "out block weight"]
    """Padded with zeros to whole blocks."""
    scales: Float32[np.ndarray, "out block"]


def layers_inside(state: State, *, half: bool = False) -> Layer:
    """Weights as part of the model, in single or half precision."""

    def tensor(name: str) -> TensorProto:
        return numpy_helper.from_array(state[name].astype(np.float16 if half else np.float32), name)

    return _exact(tensor)


def layers_beside(path: Path) -> Layer:
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

    def tensor(name: str) -> TensorProto:
        entry = header[name]
        start, end = entry["data_offsets"]
        kept = TensorProto(
            name=name,
            dims=entry["shape"],
            data_type={"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT}[entry["dtype"]],
            data_location=TensorProto.EXTERNAL,
        )
        places = {"location": path.name, "offset": 8 + length + start, "length": end - start}
        for key, value in places.items():
            kept.external_data.add(key=key, value=str(value))
        return kept

    return _exact(tensor)


def layers_in_bytes(state: State) -> Layer:
    """Square layers in 8 bits and multiplied so; those at the ends, which are small, exactly."""
    exact = layers_inside(state)

    def layer(n: Nodes, features: str, name: str) -> str:
        weight = state[f"{name}.weight"]
        if weight.shape[0] != weight.shape[1]:
            return exact(n, features, name)
        kept = quantised(weight)
        product = n(
            "MatMulNBits",
            features,
            n.constant(kept.values, f"{name}.weight"),
            n.constant(kept.scales, f"{name}.scales"),
            domain=RUNTIME_S_OWN,
            N=weight.shape[0],
            K=weight.shape[1],
            bits=8,
            block_size=BLOCK,
            accuracy_level=IN_WHOLE_NUMBERS,
        )
        return n("Add", product, n.constant(state[f"{name}.bias"], f"{name}.bias"), name=name)

    return layer


def quantised(weight: Float[np.ndarray, "out in"]) -> Quantised:
    """A matrix to bytes, each block by its largest weight."""
    padded = np.pad(weight, ((0, 0), (0, -weight.shape[1] % BLOCK))).astype(np.float32)
    blocks = padded.reshape(len(weight), -1, BLOCK)
    scales = np.abs(blocks).max(-1) / (ZERO - 1)
    steps = np.rint(blocks / np.where(scales == 0, 1, scales)[..., None])
    return Quantised((steps + ZERO).astype(np.uint8), scales)


def _exact(tensor: Callable[[str], TensorProto]) -> Layer:
    def layer(n: Nodes, features: str, name: str) -> str:
        weight, bias = (n.weights(tensor(f"{name}.{part}")) for part in ("weight", "bias"))
        return n("Gemm", features, weight, bias, transB=1, name=name)

    return layer
