"""What the machine allows: the network's matrix products alone, and copying memory."""

import torch
from torch import Tensor, nn

from canonpose.benchmarking.timing import Timing, measure
from canonpose.lifter.network import Lifter

COPIED_FLOATS = 32 * 2**20
"""More than any cache holds."""


class Products:
    """Every matrix product of a network's pass over so many rows, and nothing else.

    Operands are of the right shapes and of any values; results go into memory that is there.

    Parameters
    ----------
    network : Lifter
    rows : int
        Poses a pass: samples times views.
    device : torch.device
    dtype : torch.dtype
        Of the operands.
    """

    def __init__(
        self, network: Lifter, rows: int, device: torch.device, dtype: torch.dtype = torch.float32
    ):
        layers = [part for part in network.modules() if isinstance(part, nn.Linear)]
        self.weights = [layer.weight.detach().to(device, dtype) for layer in layers]
        self.rows = rows
        widths = {width for weight in self.weights for width in weight.shape}
        self.values = {w: torch.randn(rows, w, device=device, dtype=dtype) for w in widths}
        self.results = {w: torch.empty(rows, w, device=device, dtype=dtype) for w in widths}
        self.gradients = [torch.empty_like(weight) for weight in self.weights]

    @property
    def operations(self) -> int:
        """Floating-point operations of a forward pass."""
        return sum(2 * self.rows * weight.numel() for weight in self.weights)

    def forward(self) -> None:
        """Rows times weights, layer by layer."""
        for weight in self.weights:
            leaving, entering = weight.shape
            torch.mm(self.values[entering], weight.T, out=self.results[leaving])

    def training_step(self) -> None:
        """Forward, and backward to the weights and to what entered each layer but the first."""
        self.forward()
        for place, (weight, gradient) in enumerate(zip(self.weights, self.gradients, strict=True)):
            leaving, entering = weight.shape
            above: Tensor = self.values[leaving]
            torch.mm(above.T, self.values[entering], out=gradient)
            if place:
                torch.mm(above, weight, out=self.results[entering])


def copying(device: torch.device, repeats: int = 7) -> tuple[float, Timing]:
    """Gigabytes that a copy reads and writes, and how long it took."""
    source = torch.zeros(COPIED_FLOATS, device=device)
    target = torch.empty_like(source)
    timing = measure(lambda: target.copy_(source), device, repeats)
    return 2 * source.numel() * source.element_size() / 1e9, timing
