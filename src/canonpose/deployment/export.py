"""Writing a trained lifter as an ONNX file, and checking that it computes the same."""

from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from torch.nn import Module

from canonpose.datamodel import Keypoints
from canonpose.deployment.card import ModelCard, Precision
from canonpose.deployment.runtime import OnnxLifter, load_onnx
from canonpose.errors import InputError
from canonpose.files import write_whole, written_whole
from canonpose.inference import lift
from canonpose.inference.body_scale import segments_of
from canonpose.lifter.naming import EXPORTED, folder_named
from canonpose.lifter.trained import CARD, WEIGHTS, TrainedLifter, load_lifter
from canonpose.skeleton import Skeleton

if TYPE_CHECKING:
    from onnx import ModelProto

    from canonpose.deployment.sigma import Sigma

TOLERANCE = 1e-4
"""Body heights by which a file in single precision may differ from PyTorch."""
CHECKED_FRAMES = 256


@dataclass(frozen=True)
class Exported:
    """A file that was written."""

    path: Path
    size: int
    """In bytes."""
    deviation: float
    """How far a joint came out from where PyTorch puts it, at most, in body heights, over random
    poses; random ones are harder than those of people."""
    mean_deviation: float


def export_onnx(run: str | Path, path: str | Path, *, precision: Precision = "fp32") -> Exported:
    """Write a trained lifter as one ONNX file, from pixels to 3D in the camera's frame.

    Parameters
    ----------
    run : path
        The folder of a trained lifter, or "pretrained".
    path : path
        The file to write; of fp32, only if it computes what PyTorch does.
    precision : {"fp32", "fp16", "int8"}
        How weights are kept. fp16 halves the file and is computed with in single precision. int8
        makes it a third and multiplies in whole numbers: less exact, and faster for single poses.

    Raises
    ------
    InputError
        If the folder holds no trained lifter, the file cannot be written, the extra is missing, or
        an fp32 file computes something else.
    """
    folder, path = folder_named(run), Path(path)
    lifter = load_lifter(folder)
    model = _model(folder, lifter, precision)
    with written_whole(path) as temporary:
        temporary.write_bytes(model.SerializeToString())
        deviation, mean = deviations(load_onnx(temporary, threads=1), lifter)
        if precision == "fp32" and not deviation <= TOLERANCE:
            raise InputError(
                f"{path}: not written, since the exported lifter is off by {deviation:.1e} body "
                f"heights; update onnxruntime, or export with another."
            )
    return Exported(path, path.stat().st_size, deviation, mean)


def export_beside(folder: str | Path) -> Path:
    """Write ``lifter.onnx`` into the folder of a trained lifter, whose weights it reads from there.

    A few kilobytes, which are of no use without ``lifter.safetensors``.

    Raises
    ------
    InputError
        As `export_onnx`.
    """
    folder = Path(folder)
    model = model_beside(folder, load_lifter(folder))
    write_whole(folder / EXPORTED, model.SerializeToString())
    return folder / EXPORTED


def model_beside(folder: Path, lifter: TrainedLifter) -> "ModelProto":
    """What `export_beside` writes."""
    model, layers, _ = _building()
    card = replace(card_of(folder, lifter, "fp32"), weights_file=WEIGHTS)
    layer = layers.layers_beside(folder / WEIGHTS)
    return model.lifting_model(layer, lifter.network.config, card, _sigma(lifter))


def _model(folder: Path, lifter: TrainedLifter, precision: Precision) -> "ModelProto":
    model, layers, _ = _building()
    state = _state(lifter.network)
    layer = {
        "fp32": lambda: layers.layers_inside(state),
        "fp16": lambda: layers.layers_inside(state, half=True),
        "int8": lambda: layers.layers_in_bytes(state),
    }[precision]()
    card = card_of(folder, lifter, precision)
    return model.lifting_model(layer, lifter.network.config, card, _sigma(lifter))


def _sigma(lifter: TrainedLifter) -> "Sigma | None":
    if lifter.uncertainty is None:
        return None
    _, _, sigma = _building()
    return sigma.sigma_by(_state(lifter.uncertainty.network), lifter.skeleton)


def _state(network: Module) -> dict[str, Float[np.ndarray, "..."]]:
    return {name: value.numpy() for name, value in network.state_dict().items()}


def _building() -> tuple[ModuleType, ModuleType, ModuleType]:
    """The modules that build models, which need onnx."""
    try:
        from canonpose.deployment import layers, model, sigma
    except ImportError as error:
        raise InputError("an export needs onnx: pip install 'canonpose[onnx]'.") from error
    return model, layers, sigma


def card_of(folder: Path, lifter: TrainedLifter, precision: Precision) -> ModelCard:
    """The metadata of a lifter's export."""
    hashes = [sha256((folder / name).read_bytes()).hexdigest() for name in (WEIGHTS, CARD)]
    return ModelCard(
        skeleton=lifter.skeleton,
        units=segments_of(lifter.skeleton).units,
        precision=precision,
        weights_sha256=hashes[0],
        card_sha256=hashes[1],
        version=version("canonpose"),
    )


def deviations(exported: OnnxLifter, lifter: TrainedLifter) -> tuple[float, float]:
    """The largest and the mean distance of joints from where PyTorch puts them, in body heights.

    Infinite where one of them lifts a frame and the other does not.
    """
    frames = random_frames(lifter.skeleton)
    theirs = lift(frames, lifter, device="cpu").positions
    ours = exported.lift(frames).positions
    if (np.isnan(ours) != np.isnan(theirs)).any():
        return np.inf, np.inf
    distances = np.linalg.norm(ours - theirs, axis=-1)
    return float(np.nanmax(distances)), float(np.nanmean(distances))


def random_frames(skeleton: Skeleton) -> Keypoints:
    """Joints anywhere in a picture, a tenth of them missing, the root too."""
    random = np.random.default_rng(0)
    shape = (CHECKED_FRAMES, len(skeleton))
    positions = random.uniform(0, 1000, (*shape, 2)).astype(np.float32)
    scores = random.uniform(0.1, 1, shape).astype(np.float32)
    missing = random.random(shape) < 0.1
    positions[missing], scores[missing] = np.nan, 0
    return Keypoints(positions, scores, skeleton)
