"""Solved footage as labels of the single views that it was solved from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from canonpose.datamodel import Capture, Take
from canonpose.errors import InputError
from canonpose.solving.solved import Solved, SolvedRig, SolvedTake
from canonpose.tensor_rows import TensorRows
from canonpose.training.samples import Samples, all_moments, seen_by_two


@dataclass(frozen=True, eq=False)
class SolvedLabels(TensorRows):
    """The moments that a training takes, in 3D as each of their views sees them.

    The sample axis is that of `training.samples.samples_of`, of the same capture.
    """

    samples: Samples
    """The views' 2D keypoints, as the lifter takes them."""
    positions: Float[Tensor, "sample view joint 3"]
    """In the view's camera frame (x right, y down, z away), relative to the root joint, in the
    solved unit; 0 where not valid."""
    valid: Bool[Tensor, "sample view joint"]
    """Where there is a label: the joint and the root are solved, and the view can be lifted."""
    sigma: Float[Tensor, "sample view joint"]
    """Root mean square distance that the label may be off, its root's part included, in the same
    unit; 0 where not valid, and at the root."""
    places: Float[Tensor, "sample view 3"]
    """Where the root joint is, in the view's camera frame and the same unit; NaN where it is not
    known: in weak perspective, which is perspective from far away, and where cameras move."""
    turns: Float[Tensor, "sample view 3 3"]
    """From the world (z up) to the camera frame, of that moment where cameras move; NaN for a
    camera that its rig lacks."""
    takes: Int64[Tensor, " sample"]
    """Number of the sample's take in the capture."""
    frames: Int64[Tensor, " sample"]
    """Number of the sample's frame in its take."""
    units: str
    """"m", "body_height" or "bone_length"."""


def solved_labels(solved: Solved, capture: Capture) -> SolvedLabels:
    """Give every view of every moment of a capture its solved pose, in that camera's frame.

    Parameters
    ----------
    solved : Solved
        Of this capture: takes and cameras are found by name.
    capture : Capture

    Raises
    ------
    InputError
        If a take was not solved, is of another length there, or no view has a label.
    """
    takes = {take.name: take for take in solved.takes}
    rigs = {rig.name: rig for rig in solved.rigs}
    parts = [_of_take(take, takes, rigs, capture) for take in capture.takes]
    moments = all_moments(capture)
    shared = seen_by_two(moments)
    there, sigma, places, turns = (
        torch.cat(part)[shared] for part in list(zip(*parts, strict=True))[1:]
    )
    lifted = (moments.scores[shared] > 0).any(-1)
    valid = there & lifted[..., None]
    positions = torch.cat([part[0] for part in parts])[shared]
    if not valid.any():
        raise InputError(
            f"{', '.join(capture.sources) or 'capture'}: no view that can be lifted was solved, so "
            f"that there is nothing to refine with; film more of the whole body."
        )
    return SolvedLabels(
        samples=moments.at(shared),
        positions=torch.where(valid[..., None], positions, 0.0),
        valid=valid,
        sigma=torch.where(valid, sigma, 0.0),
        places=places,
        turns=turns,
        takes=_numbered(capture, by_frame=False)[shared],
        frames=_numbered(capture, by_frame=True)[shared],
        units=solved.units,
    )


def _of_take(
    take: Take, takes: Mapping[str, SolvedTake], rigs: Mapping[str, SolvedRig], capture: Capture
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Positions, where there are any, sigma, places and turns of one take, [frame, view, ...]."""
    solved = takes.get(take.name)
    if solved is None or len(solved.positions) != len(take):
        length = "not at all" if solved is None else f"in {len(solved.positions)} frames"
        raise InputError(
            f"take {take.name!r}: has {len(take)} frames but was solved {length}; solve what you "
            f"train on."
        )
    rig, root = rigs[solved.rig], capture.skeleton.root_index
    turns = _turns(solved, rig, capture.cameras)
    relative = solved.positions - solved.positions[:, [root]]
    there = np.isfinite(relative).all(-1) & solved.valid & solved.valid[:, [root]]
    seen = np.einsum("fvab,fjb->fvja", turns, relative)
    places = _places(rig, capture.cameras, solved.positions[:, root])
    sigma = np.hypot(solved.sigma, solved.sigma[:, [root]])
    sigma[:, root] = 0.0
    known = np.isfinite(turns).all((2, 3))
    views = len(capture.cameras)
    return (
        torch.from_numpy(seen.astype(np.float32)),
        torch.from_numpy(there[:, None] & known[..., None]),
        torch.from_numpy(np.repeat(sigma[:, None], views, axis=1).astype(np.float32)),
        torch.from_numpy(places.astype(np.float32)),
        torch.from_numpy(turns.astype(np.float32)),
    )


def _turns(
    take: SolvedTake, rig: SolvedRig, cameras: Sequence[str]
) -> Float[np.ndarray, "frame view 3 3"]:
    """From the world to every camera, frame by frame where they move."""
    turns = np.full((len(take.positions), len(cameras), 3, 3), np.nan)
    for view, name in enumerate(cameras):
        if take.cameras is not None:
            if name in take.cameras.names:
                turns[:, view] = take.cameras.rotations[:, take.cameras.names.index(name)]
        elif name in rig.rotations:
            turns[:, view] = rig.rotations[name]
    return turns


def _places(
    rig: SolvedRig, cameras: Sequence[str], roots: Float[np.ndarray, "frame 3"]
) -> Float[np.ndarray, "frame view 3"]:
    """The root joint in every camera's frame; NaN where the camera's place is not known."""
    places = np.full((len(roots), len(cameras), 3), np.nan)
    for view, name in enumerate(cameras):
        if name in rig.cameras:
            places[:, view] = rig.cameras[name].to_camera(roots)
    return places


def _numbered(capture: Capture, *, by_frame: bool) -> Int64[Tensor, " moment"]:
    """The frame, or the take, of every moment of a capture."""
    return torch.cat(
        [
            torch.arange(len(take)) if by_frame else torch.full((len(take),), number)
            for number, take in enumerate(capture.takes)
        ]
    )
