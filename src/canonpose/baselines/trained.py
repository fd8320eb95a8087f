"""A trained supervised lifter: use it, and its files without pickle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from canonpose.baselines.martinez import MartinezConfig, MartinezLifter
from canonpose.config_tables import from_table, to_table
from canonpose.datamodel import Keypoints, Poses
from canonpose.device import choose_device
from canonpose.lifter.footage import batches_of, footage_for
from canonpose.lifter.poses import poses_of
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class SupervisedLifter:
    """A trained network with what is needed to use it."""

    network: MartinezLifter
    skeleton: Skeleton
    units: str
    """"m" where the labels were metric, "body_height" where their scale was arbitrary."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """How many poses, the last loss, versions."""

    @torch.no_grad()
    def lift(self, keypoints: Keypoints, *, device: str = "auto") -> Poses:
        """Lift every frame of one camera's keypoints by itself.

        Parameters
        ----------
        keypoints : Keypoints
            Of any skeleton that has the lifter's joints by name; missing ones are guessed, with a
            warning.
        device : str
            "auto", "cpu", "cuda", ...

        Returns
        -------
        Poses
            In the camera's frame (x right, y down, z away), relative to the root joint. There is no
            other canonical frame: ``rotation`` is the identity. Frames in which the root joint is
            not seen are NaN.

        Raises
        ------
        InputError
            If the keypoints lack the root joint altogether.
        """
        seen, normalised, unseen = footage_for(keypoints, self.skeleton)
        root = self.skeleton.root_index
        where = choose_device(device)
        self.network.to(where).eval()
        lifted = torch.cat([self.network(*part).cpu() for part in batches_of(normalised, where)])
        lifted = lifted - lifted[:, root : root + 1]
        rotation = torch.eye(3).repeat(len(lifted), 1, 1)
        lifted[unseen], rotation[unseen] = torch.nan, torch.nan
        return poses_of(seen, lifted.numpy(), lifted.numpy(), rotation.numpy(), units=self.units)

    def to_card(self) -> dict[str, Any]:
        """All but the weights."""
        return {
            "config": to_table(self.network.config),
            "skeleton": self.skeleton.to_dict(),
            "units": self.units,
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "SupervisedLifter":
        """With random weights."""
        skeleton = Skeleton.from_dict(card["skeleton"])
        network = MartinezLifter(len(skeleton), from_table(MartinezConfig, card["config"]))
        return cls(network, skeleton, str(card["units"]), dict(card["provenance"]))


FILES = NetworkFiles(
    SupervisedLifter.from_card,
    "supervised",
    kind="supervised lifter",
    version=1,
    made_by="canonpose.baselines.save_supervised",
)
WEIGHTS, CARD = FILES.weights, FILES.card


def save_supervised(lifter: SupervisedLifter, folder: str | Path) -> None:
    """Write ``supervised.safetensors`` and ``supervised.json`` into a folder.

    The card names the hash of the weights, so that files that do not belong together are found.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    FILES.save(lifter, folder)


def load_supervised(folder: str | Path) -> SupervisedLifter:
    """Read what `save_supervised` wrote.

    Raises
    ------
    InputError
        If the folder holds no supervised lifter, a foreign or a damaged one.
    """
    return FILES.load(folder)
