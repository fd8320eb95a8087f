"""A trained lifter: network, skeleton and card, as files without pickle."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from canonpose.config_tables import from_table, to_table
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.lifter.sigma import TrainedUncertainty, uncertainty_beside
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class TrainedLifter:
    """A lifting network with what is needed to use it and to know where it comes from."""

    network: Lifter
    skeleton: Skeleton
    training: Mapping[str, Any] = field(default_factory=dict)
    """The training's configuration, as a table."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Footage, chirality vote, versions, times."""
    uncertainty: TrainedUncertainty | None = None
    """Of its joints, where `canonpose uncertainty` has learned it."""

    def to(self, device: torch.device) -> "TrainedLifter":
        """The same, with its network moved to a device."""
        self.network.to(device)
        return self

    def to_card(self) -> dict[str, Any]:
        """All but the weights and the uncertainty, which has files of its own."""
        return {
            "lifter": to_table(self.network.config),
            "skeleton": self.skeleton.to_dict(),
            "training": dict(self.training),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "TrainedLifter":
        """With random weights."""
        skeleton = Skeleton.from_dict(card["skeleton"])
        network = Lifter(len(skeleton), from_table(LifterConfig, card["lifter"]))
        return cls(network, skeleton, dict(card["training"]), dict(card["provenance"]))


FILES = NetworkFiles(
    TrainedLifter.from_card, "lifter", kind="lifter", version=1, made_by="canonpose train -o"
)
WEIGHTS, CARD = FILES.weights, FILES.card


def save_lifter(lifter: TrainedLifter, folder: str | Path) -> None:
    """Write ``lifter.safetensors`` and ``lifter.json`` into a folder.

    The card names the hash of the weights, so that files that do not belong together are found.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    FILES.save(lifter, folder)


def load_lifter(folder: str | Path) -> TrainedLifter:
    """Read a trained lifter from the folder that `canonpose.train` wrote.

    Raises
    ------
    InputError
        If the folder holds no trained lifter, a foreign or a damaged one.
    """
    lifter = FILES.load(folder)
    return replace(lifter, uncertainty=uncertainty_beside(folder, FILES.weights_hash(folder)))
