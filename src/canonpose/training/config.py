"""Training settings, and the named presets."""

from dataclasses import dataclass, field, replace
from typing import Literal

from canonpose.config_checks import at_least
from canonpose.errors import InputError
from canonpose.lifter.network import LifterConfig
from canonpose.losses.config import LossConfig
from canonpose.training.precision import Precision


@dataclass(frozen=True)
class AugmentationConfig:
    """How training views are varied; each variation could have been seen."""

    flip: bool = False
    """Mirror half of the samples (all their views) left to right, and swap the joints' sides."""
    rotation: float = 0.0
    """Turn each view in its image plane by up to this many degrees either way."""
    branch_exchange: float = 0.0
    """Give each branch of the body (an arm below its shoulder, ...) that of another moment of the
    same rig with this probability; where the cameras are static."""
    joint_dropout: float = 0.0
    """Hide each joint from the lifter with this probability: position and confidence 0."""
    confidence_dropout: float = 0.0
    """Hide all confidences of a view from the lifter with this probability (they become 1)."""
    noise: float = 0.0
    """Standard deviation of position noise, relative to the pose's Frobenius norm."""


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides what a training computes, but for the data and the seed's luck."""

    lifter: LifterConfig = field(default_factory=LifterConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    epochs: int = 100
    """Passes over the capture."""
    min_steps: int = 0
    """Small captures are passed over more often, until this many batches."""
    batch: int = 32
    """Samples a step; a sample is one moment in all views."""
    learning_rate: float = 1e-4
    schedule: Literal["steps", "cosine"] = "steps"
    """Learning rate times 0.1 after 30, 60 and 90 % of training, or one warm-up and cosine."""
    weight_decay: float = 0.0
    """Adam's L2 penalty."""
    rotation_spread: float = 1.0
    """Factor on the first weights of the rotation's output layer. PyTorch's own make all first
    guesses nearly the same rotation, from which a training without camera-consistency may not get
    away; 30 spreads them over all directions."""
    camera_growth: float = 0.0
    """Share of a training from random weights over which camera-consistency's weight grows from a
    tenth to all of it. First guesses tell nothing of the cameras, and agree best where all are
    taken to look the same way, which two or three cameras may not get away from."""
    start_from: str = "nothing"
    """The folder of a trained lifter whose weights to start from, joint by joint, if it is not
    wider; "pretrained" for the one that comes with canonpose; "nothing" for random weights; "auto"
    for the pretrained one where it fits (activations and width; it knows half of the joints)."""
    precision: Precision = "float32"
    """Of the layers' matrix products: float32; tf32, faster on GPUs and the same as float32
    elsewhere; bfloat16, where processor or GPU have it; auto: bfloat16 on a processor that has it,
    else float32. Weights and losses stay in float32."""
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, epochs=1, batch=1, learning_rate=0, min_steps=0)


_FAST = TrainingConfig(
    lifter=LifterConfig(width=512),
    loss=LossConfig(camera_sum="samples", weight_camera=1.0),
    augmentation=AugmentationConfig(
        flip=True, rotation=5.0, branch_exchange=0.5, confidence_dropout=0.1
    ),
    epochs=20,
    min_steps=2000,
    batch=16,
    learning_rate=1e-3,
    schedule="cosine",
    camera_growth=0.5,
    start_from="auto",
    precision="auto",
)

PRESETS: dict[str, TrainingConfig] = {
    "released": TrainingConfig(
        lifter=LifterConfig(mirror_image=False),
        loss=LossConfig(camera_permutation="uniform"),
        weight_decay=1e-5,
    ),
    "paper": TrainingConfig(
        lifter=LifterConfig(input_activation=True, block_activation=False, mirror_image=False),
        loss=LossConfig(
            scale_norm="frobenius",
            reduction="pose",
            mixing="all_pairs",
            weight_reprojection=0.0,  # contained in all pairs
            weight_camera=1.0,
            camera_sum="samples",
        ),
    ),
    "fast": _FAST,
    "moving": replace(
        _FAST,
        loss=replace(_FAST.loss, camera_moving=True),
        augmentation=replace(_FAST.augmentation, branch_exchange=0.0),  # is for static cameras
        min_steps=4000,
    ),
}
"""``released``: the authors' code. ``paper``: the paper's text. ``fast``: ours, for cameras that
stand still. ``moving``: ours where they may move."""


def default_preset(static_cameras: bool | None) -> str:
    """The preset to use where nobody asks for one."""
    return "fast" if static_cameras else "moving"


def preset(name: str, **changes: object) -> TrainingConfig:
    """A named preset, with some top-level settings changed.

    Raises
    ------
    InputError
        If there is no such preset.
    """
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}: use one of {', '.join(PRESETS)}.")
    return replace(PRESETS[name], **changes)  # type: ignore[arg-type]
