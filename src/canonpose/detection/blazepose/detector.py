"""BlazePose as a detector: people are sought now and then, and followed in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, UInt8

from canonpose.detection.blazepose.joints import landmark_indices, skeleton
from canonpose.detection.blazepose.landmarks import read_landmarks
from canonpose.detection.blazepose.network import Network
from canonpose.detection.blazepose.persons import find_people
from canonpose.detection.blazepose.region_tracker import RegionTracker
from canonpose.detection.weights import blazepose_files
from canonpose.errors import InputError

PORT = 1
"""Counts up whenever this package's own code changes what is found."""


@dataclass(frozen=True)
class BlazePoseConfig:
    """Settings of BlazePose."""

    variant: Literal["heavy", "full", "lite"] = "heavy"
    """Of the landmark network; the smaller ones are faster, and mix up left and right."""
    weights: Path | None = None
    """Folder of the weights, or the landmark network's file with the person detector beside it;
    the cache unless given."""
    people: int = 3
    """The most people that are followed at a time."""
    search_every: int = 10
    """Frames between two looks for newcomers; one also looks when somebody is lost."""
    threads: int = 2
    """Processor threads of each network."""

    def __post_init__(self) -> None:
        for setting in ("people", "search_every", "threads"):
            if getattr(self, setting) < 1:
                raise InputError(
                    f"BlazePose setting {setting} is {getattr(self, setting)}; give a whole number "
                    f"from 1."
                )


class BlazePose:
    """Google's BlazePose; see `canonpose.detection.Detector`.

    The score of a joint is the peak of its heatmap near the joint, after the sigmoid: 0..1, and
    about 0.9 for a joint in plain sight. It falls where a joint is hidden or blurred, though not
    where the network takes the left for the right side. The visibility and presence that the
    networks also give are left out of it: they are near 1 nearly always.

    Raises
    ------
    InputError
        If the weights are missing or no networks, or the extra is not installed.
    """

    def __init__(self, config: BlazePoseConfig = BlazePoseConfig()) -> None:
        self.config = config
        self.name = f"blazepose-{config.variant}"
        self.skeleton = skeleton()
        files = blazepose_files(config.variant, config.weights)
        self.version = f"{PORT}-{_hash(files)}-{config.people}-{config.search_every}"
        person_detector, landmark_network = files
        self._tracker = RegionTracker(
            partial(find_people, network=Network(person_detector, config.threads)),
            partial(read_landmarks, network=Network(landmark_network, config.threads)),
            places=config.people,
            search_every=config.search_every,
        )
        self._joints = landmark_indices(self.skeleton.detected)

    def begin(self) -> None:
        """Forget all frames so far."""
        self._tracker.begin()

    def detect(
        self, image: UInt8[np.ndarray, "height width 3"]
    ) -> Float[np.ndarray, "person joint 3"]:
        """Everyone in the next frame, as (x, y, score)."""
        people = self._tracker.look(image)
        found = np.full((len(people), len(self._joints), 3), np.nan)
        for row, person in zip(found, people, strict=True):
            row[:, 2] = person.confidences[self._joints]
            seen = row[:, 2] > 0
            row[seen, :2] = person.positions[self._joints[seen]]
        return found


def _hash(files: Iterable[Path]) -> str:
    """Of the weights, short."""
    digest = sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
