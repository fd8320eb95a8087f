"""All that a folder knows, before it is parted into takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from canonpose.datasets.human36m.cameras import read_cameras
from canonpose.datasets.human36m.contents import CAMERA_FILES, Contents, one_deeper
from canonpose.datasets.human36m.pixels import Pixels, read_pixels, release_pixels
from canonpose.datasets.human36m.protocol import (
    FRAMES_PER_SECOND,
    MORPHING,
    TEST,
    TRAINING,
    Recording,
    skeleton,
)
from canonpose.datasets.human36m.takes import Exact, Known
from canonpose.datasets.human36m.world import World, read_world
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.geometry.cameras import Camera
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class Sources:
    """The 2D and 3D of all recordings of some subjects; `take_out` empties it."""

    subjects: tuple[str, ...]
    skeleton: Skeleton
    """Of all 2D: the protocol's, or less."""
    detected: bool
    """Whether the 2D is a detector's, not exact."""
    pixels: Pixels | None
    world: World
    world_source: str
    """Empty where there is no 3D."""
    rigs: Mapping[str, Mapping[str, Camera]]
    """Subject to its cameras; empty where there is no 3D."""
    exact: Mapping[str, Exact]
    """By subject; those of one part of the protocol share theirs."""

    def recordings(self) -> tuple[dict[str, list[Recording]], list[str]]:
        """What can be used, by subject, and a note on what cannot.

        Raises
        ------
        InputError
            If one source lacks a subject that is trained or tested on.
        """
        kinds: dict[str, set[Recording]] = {}
        if self.world_source:
            kinds[self.world_source] = set(self.world)
        if self.pixels and (self.detected or not kinds):
            kinds[self.pixels.source] = set(self.pixels.views)
        for source, found in kinds.items():
            for subject in self.subjects:
                if subject not in MORPHING and subject not in {one.subject for one in found}:
                    raise InputError(f"{source}: subject {subject} is missing; put it there.")
        usable = set.intersection(*kinds.values()) if kinds else set()
        notes = [
            f"{short_list(sorted(one.name for one in found - usable))}: left out, for only "
            f"{source} has it"
            for source, found in kinds.items()
            if found - usable
        ]
        by_subject = {s: sorted(r for r in usable if r.subject == s) for s in self.subjects}
        return by_subject, notes

    def take_out(self, one: Recording) -> Known:
        """What is known of a recording; it is no longer held here, for all together are large."""
        pixels = None
        if self.pixels and one in self.pixels.views:
            pixels = replace(self.pixels, views={one: self.pixels.views.pop(one)})
        has_3d = one in self.world
        return Known(
            one,
            self.skeleton,
            pixels,
            reference=_reference(self.world.pop(one), self.world_source) if has_3d else None,
            rig=self.rigs[one.subject] if has_3d else {},
            exact=self.exact[one.subject] if self.detected else None,
        )


def _reference(positions: np.ndarray, source: str) -> Reference:
    return Reference(
        positions=positions,
        valid=np.asarray(np.isfinite(positions).all(-1)),
        joints=skeleton().joints,
        fps=FRAMES_PER_SECOND,
        source=source,
    )


def read_sources(contents: Contents, subjects: tuple[str, ...]) -> Sources:
    """All 2D and 3D of some subjects.

    Raises
    ------
    InputError
        If there is 3D but no cameras, or a file cannot be used.
    """
    if contents.has_3d and contents.cameras is None:
        raise InputError(
            f"{contents.folder}: has 3D but no cameras.h5, without which it is not known how the "
            f"cameras see it; put that of 3d-pose-baseline there{_found_deeper(contents)}."
        )
    pixels = _pixels(contents, subjects)
    world, world_source = read_world(contents, subjects)
    parts = {part: cache(partial(_exact, contents, part)) for part in (MORPHING, TRAINING, TEST)}
    return Sources(
        subjects=subjects,
        skeleton=pixels.skeleton if pixels else skeleton(),
        detected=contents.detections is not None,
        pixels=pixels,
        world=world,
        world_source=world_source,
        rigs=read_cameras(contents.cameras, subjects) if contents.cameras and world_source else {},
        exact={subject: parts[part] for part in parts for subject in part},
    )


def _pixels(contents: Contents, subjects: tuple[str, ...]) -> Pixels | None:
    """Detections, or the exact 2D that stands in for them."""
    if not subjects:
        return None
    if contents.detections is None:
        return _exact(contents, subjects)
    pixels = read_pixels(contents.detections, subjects)
    if contents.authors and pixels.skeleton != skeleton():
        raise InputError(
            f"{contents.detections}: has no nose, which {contents.authors.name} has, so one cannot "
            f"be tested on after training on the other; use a detector with a nose, or move one "
            f"of them away."
        )
    return pixels


def _exact(contents: Contents, subjects: Sequence[str]) -> Pixels | None:
    if contents.exact:
        return read_pixels(contents.exact, subjects)
    return release_pixels(contents.release, subjects) if contents.release else None


def _found_deeper(contents: Contents) -> str:
    deeper = [path for path in one_deeper(contents.folder) if path.name in CAMERA_FILES]
    return f" (there is one in {deeper[0].parent.name!r})" if deeper else ""
