"""A TensorFlow Lite network: arrays in, arrays by name out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.detection.blazepose.notices import without_notices
from canonpose.errors import InputError

Run = Callable[
    [Float[np.ndarray, "1 side side 3"], tuple[str, ...]], list[Float[np.ndarray, "..."]]
]
"""What a network is to those who use it: a batch of one, and names of outputs, to these outputs."""


class Network:
    """One loaded .tflite file.

    Raises
    ------
    InputError
        If ai-edge-litert is not installed, or the file is no network that it can run.
    """

    def __init__(self, path: Path, threads: int) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise InputError(
                f"BlazePose needs ai-edge-litert ({error}); run pip install 'canonpose[video]'."
            ) from error
        try:
            with without_notices():
                self._interpreter: Any = Interpreter(str(path), num_threads=threads)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise InputError(
                f"{path}: is not a network that can be run ({error}); fetch the weights again with "
                f"canonpose weights."
            ) from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._outputs = {output["name"]: output["index"] for output in outputs}

    def __call__(
        self, batch: Float[np.ndarray, "1 side side 3"], outputs: tuple[str, ...]
    ) -> list[Float[np.ndarray, "..."]]:
        """The outputs of these names."""
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(self._outputs[name]) for name in outputs]
