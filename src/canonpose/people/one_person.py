"""One person's detections in the data model."""

from jaxtyping import Int
from numpy import ndarray

from canonpose.datamodel import Keypoints
from canonpose.people.detections import Detections
from canonpose.people.tracks import along
from canonpose.skeleton.convert import complete


def to_keypoints(
    detections: Detections,
    track: Int[ndarray, " frame"],
    *,
    camera: str = "",
    person: str = "",
) -> Keypoints:
    """One person's detections in the data model, with the skeleton's derived joints."""
    seen = along(detections.people, track)
    positions, scores = complete(seen[..., :2], seen[..., 2], detections.skeleton)
    return Keypoints(
        positions=positions,
        scores=scores,
        skeleton=detections.skeleton,
        fps=detections.fps,
        times=detections.times,
        image_size=detections.image_size,
        camera=camera,
        source=detections.source,
        person=person,
    )
