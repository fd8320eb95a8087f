"""A trained morphing: network, skeletons and card, as files without pickle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from canonpose.config_tables import from_table, to_table
from canonpose.morphing.network import MorphingNetwork, MorphingNetworkConfig
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class TrainedMorphing:
    """A morphing network with what is needed to know where it comes from."""

    network: MorphingNetwork
    training: Mapping[str, Any] = field(default_factory=dict)
    """The training's configuration, as a table."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """What it was learned from, versions, times."""

    @property
    def source(self) -> Skeleton:
        """Of the detections that it takes."""
        return self.network.source

    @property
    def target(self) -> Skeleton:
        """Of the poses that it gives."""
        return self.network.target

    def to(self, device: torch.device) -> "TrainedMorphing":
        """The same, with its network moved to a device."""
        self.network.to(device)
        return self

    def to_card(self) -> dict[str, Any]:
        """All but the weights."""
        return {
            "network": to_table(self.network.config),
            "source": self.source.to_dict(),
            "target": self.target.to_dict(),
            "training": dict(self.training),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "TrainedMorphing":
        """With random weights."""
        source, target = (Skeleton.from_dict(card[name]) for name in ("source", "target"))
        config = from_table(MorphingNetworkConfig, card["network"])
        network = MorphingNetwork(source, target, config)
        return cls(network, dict(card["training"]), dict(card["provenance"]))


FILES = NetworkFiles(
    TrainedMorphing.from_card,
    "morphing",
    kind="morphing",
    version=1,
    made_by="canonpose morph train -o",
)
CARD = FILES.card


def save_morphing(morphing: TrainedMorphing, folder: str | Path) -> None:
    """Write ``morphing.safetensors`` and ``morphing.json`` into a folder.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    FILES.save(morphing, folder)


def load_morphing(folder: str | Path) -> TrainedMorphing:
    """Read a trained morphing from the folder that `save_morphing` wrote.

    Raises
    ------
    InputError
        If the folder holds no trained morphing, a foreign or a damaged one.
    """
    return FILES.load(folder)
