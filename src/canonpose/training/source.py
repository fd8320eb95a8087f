"""What a training asks of its samples, wherever they are kept."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from jaxtyping import Int64
from torch import Generator, Tensor

if TYPE_CHECKING:
    from canonpose.training.samples import Samples


@runtime_checkable
class SampleSource(Protocol):
    """Samples that a training takes batch by batch: in memory (`Samples`), or from a file."""

    @property
    def rig_count(self) -> int:
        """Rigs are numbered from 0 to one below this."""

    @property
    def stretch_count(self) -> int:
        """Stretches likewise."""

    def __len__(self) -> int:
        """How many samples there are."""

    def order(self, generator: Generator) -> Int64[Tensor, " sample"]:
        """An epoch's order: every sample once, as drawn by ``generator`` (on the CPU).

        On whatever device `gather` wants its indices.
        """

    def gather(self, chosen: Int64[Tensor, " batch"]) -> "Samples":
        """One batch, on the device that the training computes on.

        ``chosen`` is a piece of an epoch's `order`. Must not wait for the device.
        """

    def expect(self, chosen: Int64[Tensor, " batch"]) -> None:
        """Told which batch will be asked for next, which may be read in the meantime."""

    def rigs_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """The rigs of samples that need not be read for it, on the device of ``chosen``."""

    def stretches_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """Their stretches, likewise."""
