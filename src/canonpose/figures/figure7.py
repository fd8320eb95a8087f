"""Figure 7: poses in the canonical frame, where they should look alike from every camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.figures.canonical import (
    HIPS,
    JointSpread,
    canonical_in_millimetres,
    joint_spread,
    upright,
)
from canonpose.figures.drawing import TEXT, draw_pose, side_legend
from canonpose.figures.frames import farthest_points
from canonpose.figures.panels import bounding_box, frame_panel
from canonpose.geometry.viewpoint import seen_from
from canonpose.plotting import new_figure, save_figure
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton

TURN, TILT = 25.0, 8.0
"""Degrees; a little from the side, so that depth shows."""
MOMENTS = 2

Moment = tuple[int, int]
"""Take and frame."""


@dataclass(frozen=True)
class Figure7:
    """What the figure shows."""

    moments: tuple[Moment, ...]
    """Take and frame of the poses that are drawn from all views."""
    view_spread: tuple[float, ...]
    """For each moment: root mean square distance in mm of all joints from the views' mean pose."""
    sampled: tuple[tuple[int, str, int], ...]
    """Take, view and frame of the random poses."""
    hips: Mapping[str, JointSpread]
    """Over all poses of all takes and views."""


@dataclass(frozen=True, eq=False)
class _Canonical:
    """One take's poses by view, in mm; NaN where a view has none."""

    positions: Float[np.ndarray, "view frame joint 3"]
    rotation: Float[np.ndarray, "view frame 3 3"]
    views: tuple[str, ...]


def figure7(
    takes: Sequence[Mapping[str, Poses]],
    path: str | Path,
    *,
    moments: Sequence[Moment] | None = None,
    sample: int = 10,
    seed: int = 0,
    millimetres_per_unit: float | None = None,
    references: Sequence[Reference] | None = None,
) -> Figure7:
    """Draw canonical poses of two moments from all views, and random ones (Fig. 7).

    Parameters
    ----------
    takes : sequence of mapping
        Each take's views by name, lifted by the same lifter, frame by frame as long.
    path : path
        PNG, SVG or PDF by its ending.
    moments : sequence of (take, frame), optional
        Instead of two that are far from each other in pose.
    sample : int
        How many random poses, of all takes, views and frames.
    seed : int
        Of their draw.
    millimetres_per_unit, references
        The scale, as in `canonical_in_millimetres`; one reference for each take.

    Raises
    ------
    InputError
        If there is no pose to draw, the skeleton has no hips, a moment is not there, views of a
        take differ in length or skeleton, the scale is not known, or the picture cannot be written.
    """
    skeleton = _checked(takes, references)
    scaled = [
        _scaled(take, millimetres_per_unit, references[place] if references else None)
        for place, take in enumerate(takes)
    ]
    everything = [
        (take, view, int(frame))
        for take, one in enumerate(scaled)
        for view in range(len(one.views))
        for frame in np.flatnonzero(np.isfinite(one.positions[view]).all((-2, -1)))
    ]
    if not everything:
        raise InputError("figure 7 has no whole pose to draw; check the poses and the reference.")
    pooled = np.stack([scaled[t].positions[v, f] for t, v, f in everything])
    shown = tuple(_spread_moments(scaled) if moments is None else moments)
    overlaid = [_of_moment(scaled, moment) for moment in shown]
    random = np.random.default_rng(seed)
    drawn = random.choice(len(everything), min(sample, len(everything)), replace=False)
    result = Figure7(
        moments=shown,
        view_spread=tuple(_spread(poses) for poses in overlaid),
        sampled=tuple((t, scaled[t].views[v], f) for t, v, f in (everything[i] for i in drawn)),
        hips={hip: joint_spread(pooled, skeleton, hip) for hip in HIPS},
    )
    turns = np.stack([scaled[t].rotation[v, f] for t, v, f in everything])
    to_picture = upright(pooled, turns, skeleton)
    groups = [poses @ to_picture.T for poses in (*overlaid, pooled[drawn])]
    _draw(result, groups, skeleton, path)
    return result


def _checked(
    takes: Sequence[Mapping[str, Poses]], references: Sequence[Reference] | None
) -> Skeleton:
    """The skeleton of all."""
    several = [poses for take in takes for poses in take.values()]
    if not several:
        raise InputError("figure 7 has no poses to draw; give a take with two or more views.")
    skeleton = several[0].skeleton
    skeleton.indices(HIPS)
    if any(poses.skeleton.joints != skeleton.joints for poses in several):
        raise InputError("figure 7 draws poses of one lifter; give poses of the same skeleton.")
    for place, take in enumerate(takes):
        if len({len(poses) for poses in take.values()}) != 1:
            raise InputError(
                f"take {place}: its views have different numbers of frames; cut them to the same."
            )
    if references is not None and len(references) != len(takes):
        raise InputError(
            f"figure 7 has {len(takes)} takes and {len(references)} references; give one for each."
        )
    return skeleton


def _scaled(
    take: Mapping[str, Poses], millimetres_per_unit: float | None, reference: Reference | None
) -> _Canonical:
    positions = [
        canonical_in_millimetres(
            poses, millimetres_per_unit=millimetres_per_unit, reference=reference
        )
        for poses in take.values()
    ]
    rotation = [poses.rotation.astype(np.float64) for poses in take.values()]
    return _Canonical(np.stack(positions), np.stack(rotation), tuple(take))


def _spread_moments(scaled: Sequence[_Canonical]) -> list[Moment]:
    """Moments far from each other in the views' mean pose, of those that every view has."""
    usable = [
        (take, int(frame))
        for take, one in enumerate(scaled)
        for frame in np.flatnonzero(np.isfinite(one.positions).all((0, -2, -1)))
    ]
    if not usable:
        raise InputError("figure 7 needs a moment that all views have a pose of; name moments.")
    means = np.stack([scaled[take].positions[:, frame].mean(0) for take, frame in usable])
    return [usable[i] for i in farthest_points(means.reshape(len(usable), -1), MOMENTS)]


def _of_moment(scaled: Sequence[_Canonical], moment: Moment) -> Float[np.ndarray, "view joint 3"]:
    """The poses of the views that have one."""
    take, frame = moment
    if not (0 <= take < len(scaled) and 0 <= frame < scaled[take].positions.shape[1]):
        raise InputError(f"take {take} has no frame {frame}; choose another moment for figure 7.")
    poses = scaled[take].positions[:, frame]
    poses = poses[np.isfinite(poses).all((-2, -1))]
    if not len(poses):
        raise InputError(f"take {take}: no view has a pose of frame {frame}; choose another.")
    return poses


def _spread(poses: Float[np.ndarray, "view joint 3"]) -> float:
    return float(np.sqrt(((poses - poses.mean(0)) ** 2).sum(-1).mean()))


def _draw(
    result: Figure7,
    groups: Sequence[Float[np.ndarray, "_ joint 3"]],
    skeleton: Skeleton,
    path: str | Path,
) -> None:
    figure = new_figure(3.3 * len(groups), 4.6, constrained=False)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.16, top=0.86, wspace=0.02)
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    turned = [seen_from(poses, turn=TURN, tilt=TILT) for poses in groups]
    box = bounding_box(np.concatenate(turned), 0.05)
    titles = [
        f"one moment, {len(poses)} views,\n{spread:.0f} mm from their mean"
        for poses, spread in zip(groups, result.view_spread, strict=False)
    ]
    titles.append(f"{len(groups[-1])} random poses\n")
    for axes, poses, title in zip(panels, turned, titles, strict=True):
        for layer, pose in enumerate(poses):
            draw_pose(axes, pose, skeleton, width=1.7, alpha=0.75, layer=2.0 + layer)
        frame_panel(axes, box)
        axes.set_title(title, fontsize=11, color=TEXT)
    hips = ", ".join(
        f"{hip.replace('_', ' ')} {spread.distance:.1f} mm" for hip, spread in result.hips.items()
    )
    figure.text(
        0.5, 0.115, f"Standard deviation in the canonical frame: {hips}", ha="center", fontsize=10
    )
    side_legend(figure, skeleton)
    save_figure(figure, path)
