"""A trained temporal lifter: network, skeleton and card, beside the lifter it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canonpose.config_tables import from_table, to_table
from canonpose.errors import InputError
from canonpose.lifter.naming import folder_named
from canonpose.lifter.temporal.config import TemporalConfig
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.trained import TrainedLifter
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton

FILES = NetworkFiles("temporal", kind="temporal lifter", version=1, made_by="canonpose train -o")


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


def save_temporal(temporal: TrainedTemporal, folder: str | Path) -> None:
    """Write ``temporal.safetensors`` and ``temporal.json`` into a folder.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    facts = {
        "temporal": to_table(temporal.network.config),
        "skeleton": temporal.skeleton.to_dict(),
        "provenance": dict(temporal.provenance),
    }
    FILES.write(Path(folder), temporal.network, facts)


def load_temporal(folder: str | Path) -> TrainedTemporal | None:
    """Read what `save_temporal` wrote; None where the folder holds no temporal lifter.

    Raises
    ------
    InputError
        If its files are damaged.
    """
    folder = Path(folder)
    return FILES.read(folder, _described) if (folder / FILES.card).is_file() else None


def temporal_of(name: str | Path) -> TrainedTemporal | None:
    """The temporal lifter beside the lifter of that name; see `lifter_named`."""
    return load_temporal(folder_named(name))


def _described(card: dict[str, Any]) -> TrainedTemporal:
    skeleton = Skeleton.from_dict(card["skeleton"])
    network = TemporalLifter(len(skeleton), from_table(TemporalConfig, card["temporal"]))
    return TrainedTemporal(network, skeleton, dict(card["provenance"]))
