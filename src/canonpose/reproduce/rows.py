"""One row of a table: how a training differs from the full method."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from canonpose.datasets import Dataset
from canonpose.errors import InputError
from canonpose.training import PRESETS, TrainingConfig, default_preset

_NEEDS_STATIC = {
    "canonpose": "camera-consistency, which exchanges the cameras' relative rotations,",
    "epipolar": "epipolar geometry pooled over frames",
}

Method = Literal["canonpose", "martinez", "epipolar", "literature"]


@dataclass(frozen=True)
class Row:
    """One row, and what the paper has in it."""

    label: str
    paper: Mapping[str, float] = field(default_factory=dict)
    """Metric to the paper's number: mm, and percent for ``pck``."""
    supervision: str = "self"
    method: Method = "canonpose"
    """``literature`` is not trained: the table repeats the paper's number."""
    cameras: int | None = None
    """How many of the training cameras; all of them by default."""
    confidences: bool = True
    true_2d: bool = False
    static_cameras: bool = False
    """Whether the method may know that the cameras stand still: the paper's "+ C"."""
    view_equality: bool = False
    camera_equality: bool = False
    fast: bool = False
    """Augmentation, losses and start of our own recipe, ``fast`` or ``moving``, which the paper has
    not."""

    @property
    def key(self) -> str:
        """A folder's name: rows of several tables that train alike share it."""
        named = (
            (self.method, self.method != "canonpose"),
            (f"{self.cameras}-cameras", self.cameras is not None),
            ("no-confidences", not self.confidences),
            ("true-2d", self.true_2d),
            ("pose-equality", self.view_equality),
            ("camera-equality", self.camera_equality),
            ("static", self.static_cameras),
            ("fast", self.fast),
        )
        return "-".join(name for name, chosen in named if chosen) or "full"

    def with_static_cameras(self) -> "Row":
        """The same with camera-consistency, which the paper has not measured for most rows."""
        if self.static_cameras or self.method != "canonpose":
            return self
        return replace(self, label=f"{self.label} + C", paper={}, static_cameras=True)

    @property
    def trained(self) -> bool:
        """Whether this row is measured here."""
        return self.method != "literature"

    def check(self, dataset: Dataset) -> None:
        """Refuse a row that the data set cannot have.

        Raises
        ------
        InputError
            If it needs more cameras than there are, static ones where they move, or exact 2D.
        """
        if self.static_cameras and not dataset.static_cameras:
            raise InputError(
                f"{self.label!r} cannot be trained on {dataset.name}: its cameras move, and "
                f"{_NEEDS_STATIC[self.method]} holds only where they stand still."
            )
        if self.cameras and self.cameras > len(dataset.cameras):
            raise InputError(
                f"{self.label!r} cannot be trained on {dataset.name}: it has "
                f"{len(dataset.cameras)} training cameras."
            )
        if self.true_2d:
            dataset.with_true_2d()

    def dataset(self, dataset: Dataset) -> Dataset:
        """The data set as this row sees it."""
        if self.true_2d:
            dataset = dataset.with_true_2d()
        if not self.confidences:
            dataset = dataset.without_confidences()
        used = dataset.cameras[: self.cameras]
        return replace(dataset, cameras=used, static_cameras=self.static_cameras)

    def config(self, config: TrainingConfig) -> TrainingConfig:
        """The training settings of this row."""
        if self.fast:
            ours = PRESETS[default_preset(self.static_cameras)]
            return replace(
                config,
                loss=ours.loss,
                augmentation=ours.augmentation,
                rotation_spread=ours.rotation_spread,
            )
        # What a row has of camera-consistency is the paper's.
        loss = replace(config.loss, camera_moving=False)
        if self.view_equality:
            # All m^2 pairs contain the plain reprojection; equality does not.
            loss = replace(loss, view_term="equality", weight_reprojection=1.0, weight_view=1.0)
        if self.camera_equality:
            loss = replace(loss, camera_term="equality", weight_camera=1.0)
        # Exchanging branches needs static cameras; a row without that knowledge has not got it, and
        # one with it shall not differ by more than camera-consistency.
        augmentation = replace(config.augmentation, branch_exchange=0.0)
        return replace(config, loss=loss, augmentation=augmentation)
