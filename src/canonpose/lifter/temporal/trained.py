"""A trained temporal lifter: network, skeleton and card, beside the lifter it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canonpose.config_tables import from_table, to_table
from canonpose.errors import InputError
from canonpose.lifter.temporal.config import TemporalConfig
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.trained import TrainedLifter
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class TrainedTemporal:
    """A temporal lifter with what is needed to use it and to know where it comes from."""

    network: TemporalLifter
    skeleton: Skeleton
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Footage, settings, times."""

    def check_fits(self, lifter: TrainedLifter) -> None:
        """Refuse a lifter with other joints.

        Raises
        ------
        InputError
            If the joints differ.
        """
        if self.skeleton.joints != lifter.skeleton.joints:
            raise InputError(
                "the temporal lifter has other joints than the lifter; use the two of one training."
            )

    def to_card(self) -> dict[str, Any]:
        """All but the weights."""
        return {
            "temporal": to_table(self.network.config),
            "skeleton": self.skeleton.to_dict(),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "TrainedTemporal":
        """With random weights."""
        skeleton = Skeleton.from_dict(card["skeleton"])
        network = TemporalLifter(len(skeleton), from_table(TemporalConfig, card["temporal"]))
        return cls(network, skeleton, dict(card["provenance"]))


FILES = NetworkFiles(
    TrainedTemporal.from_card,
    "temporal",
    kind="temporal lifter",
    version=1,
    made_by="canonpose train -o",
)


def save_temporal(temporal: TrainedTemporal, folder: str | Path, lifter: str) -> None:
    """Write ``temporal.safetensors`` and ``temporal.json`` beside a lifter.

    Parameters
    ----------
    temporal : TrainedTemporal
    folder : path
        The lifter's.
    lifter : str
        The hash of the lifter's weights: over another lifter it would be of no use.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    FILES.save(temporal, folder, lifter=lifter)


def temporal_beside(folder: str | Path, lifter: str) -> TrainedTemporal | None:
    """What `save_temporal` wrote into a lifter's folder; None if it is of other weights.

    Raises
    ------
    InputError
        If the files are damaged.
    """
    return FILES.load_over(folder, lifter)
