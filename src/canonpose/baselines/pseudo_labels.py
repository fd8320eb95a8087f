"""3D labels of uncalibrated footage, triangulated with cameras that its own 2D joints give."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from canonpose.baselines.labels import LabelledView
from canonpose.baselines.self_calibration import EpipolarConfig, estimated_cameras
from canonpose.datamodel import Capture, Take
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.geometry.triangulation import triangulate
from canonpose.inference.body_scale import body_size
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.solving.rig_views import RigViews, rig_views


@dataclass(frozen=True, eq=False)
class PseudoLabels:
    """What epipolar geometry says about a capture."""

    takes: tuple[Mapping[str, Reference], ...]
    """For every take of the capture, camera to the 3D joints as turned in that camera's frame; the
    origin is the rig's. A body height (or the unit of `units`) is written as 1000 mm."""
    cameras: Mapping[str, Mapping[str, Camera]]
    """For every rig its cameras, in one frame of the rig and of its own unit of length."""
    units: str
    """"body_height", or "bone_length" for skeletons without limbs."""
    notes: tuple[str, ...] = ()
    """Cameras that could not be placed."""

    def views(self, capture: Capture) -> list[LabelledView]:
        """The capture's views with their labels, for supervised training."""
        return [
            LabelledView(take.views[camera], reference)
            for take, references in zip(capture.takes, self.takes, strict=True)
            for camera, reference in references.items()
        ]


def pseudo_labels(capture: Capture, config: EpipolarConfig | None = None) -> PseudoLabels:
    """3D joints in every camera's frame, from nothing but the views.

    For each rig, the joints that two cameras saw at the same moments give their relative pose, all
    frames of all takes together; the cameras are chained, and every joint is triangulated from the
    views that agree on it. The principal point is taken to be the image's centre, distortion to be
    none. Scales are made equal by the body's size.

    Parameters
    ----------
    capture : Capture
        Static cameras, two or more.
    config : EpipolarConfig, optional

    Raises
    ------
    InputError
        If the cameras are not known to stand still, PoseLib is not installed, or no two cameras of
        a rig see enough in common.
    """
    config = config or EpipolarConfig()
    if not capture.static_cameras:
        raise InputError(
            f"{', '.join(capture.sources) or 'capture'}: epipolar labels pool all frames, which "
            f"needs cameras that stand still; say so if they do (--static-cameras), else leave "
            f"this baseline out."
        )
    labels: dict[int, Mapping[str, Reference]] = {}
    rigs: dict[str, Mapping[str, Camera]] = {}
    notes, units = [], ""
    for rig in dict.fromkeys(take.rig for take in capture.takes):
        places = [place for place, take in enumerate(capture.takes) if take.rig == rig]
        takes = [capture.takes[place] for place in places]
        views = rig_views(takes, capture.cameras, capture.skeleton.detected_only())
        rigs[rig] = estimated_cameras(views, capture.skeleton, config, rig)
        if left_out := [name for name in views.cameras if name not in rigs[rig]]:
            notes.append(f"rig {rig!r}: {', '.join(left_out)} see too little that others see.")
        points, units = _points_in_body_units(views, rigs[rig], capture.skeleton, config, rig)
        ends = np.cumsum([len(take) for take in takes])[:-1]
        for place, part in zip(places, np.split(points, ends), strict=True):
            labels[place] = _references(part, rigs[rig], capture.takes[place], capture.skeleton)
    ordered = tuple(labels[place] for place in range(len(capture.takes)))
    return PseudoLabels(ordered, rigs, units, tuple(notes))


def _points_in_body_units(
    views: RigViews,
    cameras: Mapping[str, Camera],
    skeleton: Skeleton,
    config: EpipolarConfig,
    rig: str,
) -> tuple[Float[np.ndarray, "frame joint 3"], str]:
    """All joints in the rig's frame, NaN where the views disagree, and the name of the unit.

    The body's size is the median over the frames that have all of it.
    """
    places = [views.cameras.index(name) for name in cameras]
    found = triangulate(
        list(cameras.values()),
        views.positions[places],
        views.scores[places],
        max_error=config.max_error * views.person,
        # Two views cannot outvote each other.
        min_views=min(3, len(cameras)),
    )
    points, _ = complete(found.positions, found.valid.astype(np.float64), skeleton)
    sizes, units = body_size(torch.from_numpy(points), skeleton)
    size = float(sizes.nanmedian())
    if not np.isfinite(size) or size <= 0:
        raise InputError(
            f"rig {rig!r}: there is no frame in which the views agree on all limbs, so that the "
            f"labels have no scale; film more, or raise max_error."
        )
    return points / size, units


def _references(
    points: Float[np.ndarray, "frame joint 3"],
    cameras: Mapping[str, Camera],
    take: Take,
    skeleton: Skeleton,
) -> dict[str, Reference]:
    """The points of one take, turned into the frame of each of its cameras."""
    references = {}
    for name, camera in cameras.items():
        if name in take.views:
            references[name] = Reference(
                positions=points @ camera.rotation.T / UNITS_IN_METRES["mm"],
                valid=np.isfinite(points).all(-1),
                joints=skeleton.joints,
                fps=take.views[name].fps,
                source=f"epipolar geometry of {take.name!r}",
            )
    return references
