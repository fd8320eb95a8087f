"""A list of ONNX nodes that grows, with names that come by themselves."""

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper


class Nodes:
    """Nodes and constants of a graph, in the order in which they are computed.

    Every call adds a node and returns the name of its output, so that formulas read as such:
    ``n("Sqrt", n("Add", "x", n.constant(1.0)))``.
    """

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def __call__(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node of one output.

        Parameters
        ----------
        operator : str
            ONNX's name of it.
        inputs : str
            Names of what it takes.
        name : str
            Of its output; one of its own unless given.
        attributes : numbers, lists, ...
            The operator's.
        """
        output = name or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def constant(self, value: np.ndarray | float | list[int], name: str = "") -> str:
        """A constant: single precision for floats, 64 bits for whole numbers; returns its name."""
        array = np.asarray(value)
        if array.dtype.kind == "f":
            array = array.astype(np.float32)
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weights(self, tensor: TensorProto) -> str:
        """Weights, which are computed with in single precision however they are kept."""
        self.constants.append(tensor)
        if tensor.data_type == TensorProto.FLOAT:
            return tensor.name
        return self("Cast", tensor.name, to=TensorProto.FLOAT)
