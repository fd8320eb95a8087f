"""What the cameras of one rig saw, all takes in a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from canonpose.datamodel import Take
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.geometry.cameras import Camera
from canonpose.geometry.triangulation import Triangulation, triangulate
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class RigViews:
    """What the cameras of one rig saw, all takes in a row; detected joints only."""

    cameras: tuple[str, ...]
    positions: Float[np.ndarray, "view frame joint 2"]
    """Pixels; NaN where missing."""
    scores: Float[np.ndarray, "view frame joint"]
    sizes: tuple[tuple[int, int], ...]
    """(width, height) of every camera's image in pixels."""

    @property
    def person(self) -> float:
        """Size of the person in the image, in pixels: the median of the longer side."""
        return float(np.nanmedian(self._longer_sides))

    @property
    def person_by_view(self) -> Float[np.ndarray, " view"]:
        """`person` in every camera's own image; that of all in cameras that see nobody."""
        sides = self._longer_sides
        own = [np.nanmedian(of_one) if np.isfinite(of_one).any() else np.nan for of_one in sides]
        return np.where(np.array(own) > 0, own, self.person)

    @property
    def _longer_sides(self) -> Float[np.ndarray, "view frame"]:
        """Of the person in every image, in pixels; NaN where fewer than two joints are seen."""
        seen = np.where((self.scores > 0)[..., None], self.positions, np.nan)
        usable = (self.scores > 0).sum(-1) > 1
        sides = np.full(usable.shape, np.nan)
        shown = seen[usable]
        sides[usable] = (np.nanmax(shown, axis=1) - np.nanmin(shown, axis=1)).max(-1)
        return sides

    def at(self, frames: Int64[np.ndarray, " chosen"]) -> "RigViews":
        """The same at some frames only."""
        return RigViews(self.cameras, self.positions[:, frames], self.scores[:, frames], self.sizes)

    def triangulated(self, cameras: Mapping[int, Camera]) -> Triangulation:
        """What some of the cameras, by view, see together, wrong detections included."""
        places = list(cameras)
        return triangulate(
            list(cameras.values()),
            self.positions[places],
            self.scores[places],
            max_error=np.inf,
            min_views=2,
        )


def rig_views(takes: Sequence[Take], cameras: Sequence[str], joints: Skeleton) -> RigViews:
    """Put the takes of one rig in a row; a camera that a take lacks saw nothing there.

    Parameters
    ----------
    takes : sequence of Take
        Of one rig.
    cameras : sequence of str
        In the order of the view axis; those that no take has are left out.
    joints : Skeleton
        The joints to look at.

    Raises
    ------
    InputError
        If the pictures of a camera differ in size.
    """
    check_sizes(takes)
    used = tuple(camera for camera in cameras if any(camera in take.views for take in takes))
    positions, scores = [], []
    for take in takes:
        shape = (len(used), len(take), len(joints))
        seen, confidence = np.full((*shape, 2), np.nan), np.zeros(shape)
        for view, camera in enumerate(used):
            if camera in take.views:
                keypoints = take.views[camera]
                chosen = keypoints.skeleton.indices(joints.joints)
                seen[view] = keypoints.positions[:, chosen]
                confidence[view] = keypoints.scores[:, chosen]
        positions.append(seen)
        scores.append(confidence)
    all_positions = np.concatenate(positions, axis=1)
    sizes = tuple(
        _told_size(takes, camera) or _guessed_size(all_positions[view])
        for view, camera in enumerate(used)
    )
    return RigViews(used, all_positions, np.concatenate(scores, axis=1), sizes)


def check_sizes(takes: Sequence[Take]) -> None:
    """Refuse takes of one rig in which a camera's pictures differ in size: so do its pixels.

    Raises
    ------
    InputError
        If they do.
    """
    for camera in dict.fromkeys(camera for take in takes for camera in take.views):
        sizes: dict[tuple[int, int], list[str]] = {}
        for take in takes:
            if camera in take.views and (size := take.views[camera].image_size) is not None:
                sizes.setdefault(size, []).append(take.name)
        if len(sizes) > 1:
            told = " and ".join(
                f"{width}x{height} in {'take' if len(names) == 1 else 'takes'} "
                f"{short_list(names, 3)}"
                for (width, height), names in sizes.items()
            )
            raise InputError(
                f"camera {camera!r}: its pictures are {told}, so that one focal length in pixels "
                f"does not fit them all; solve these takes apart (without --one-rig, as other "
                f"subjects in capture.toml, or each take's folder by itself), or film in one size."
            )


def cameras_of_guessed_size(takes: Sequence[Take]) -> tuple[str, ...]:
    """The cameras of one rig whose pictures' size no file tells."""
    every = dict.fromkeys(camera for take in takes for camera in take.views)
    return tuple(camera for camera in every if _told_size(takes, camera) is None)


def _told_size(takes: Sequence[Take], camera: str) -> tuple[int, int] | None:
    """Width and height of a camera's pictures in pixels, as the files of some take tell."""
    views = (take.views[camera] for take in takes if camera in take.views)
    return next((view.image_size for view in views if view.image_size is not None), None)


def _guessed_size(positions: Float[np.ndarray, "frame joint 2"]) -> tuple[int, int]:
    """The image in whose middle the detections lie."""
    seen = positions[np.isfinite(positions).all(-1)]
    if not len(seen):
        return (1, 1)
    width, height = (seen.min(0) + seen.max(0)).round().astype(int).tolist()
    return (max(width, 1), max(height, 1))
