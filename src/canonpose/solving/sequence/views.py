"""What a camera model is to the adjustment of a sequence."""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Float

Joints = Float[np.ndarray, "moment joint 3"]
Steps = Float[np.ndarray, "moment view unknown"]


@dataclass(frozen=True, eq=False)
class Sight:
    """Joints as views see them."""

    pixels: Float[np.ndarray, "view moment joint 2"]
    by_joint: Float[np.ndarray, "view moment joint 2 3"]
    """Derivative by the joint's place."""
    by_view: Float[np.ndarray, "view moment joint 2 unknown"]
    """Derivative by the view's unknowns of the moment."""


@dataclass(frozen=True, eq=False)
class Steadiness:
    """How far the unknowns of a view are expected to be off; infinite where nothing is expected."""

    start: Float[np.ndarray, " unknown"]
    """From where they began."""
    change: Float[np.ndarray, " unknown"]
    """From one moment to the next."""
    bend: Float[np.ndarray, " unknown"]
    """From going on as they did."""


@runtime_checkable
class Views(Protocol):
    """Cameras, moment by moment."""

    @property
    def unknowns(self) -> int:
        """Of one view at one moment."""
        ...

    @property
    def steadiness(self) -> Steadiness:
        """What is expected of the unknowns."""
        ...

    def see(self, joints: Joints) -> Sight:
        """Joints at every moment as the views see them, in pixels."""
        ...

    def moved(self, steps: Steps) -> Any:  # Self, which beartype does not take here
        """The views with their unknowns changed, of the same class."""
        ...

    def changes(self) -> Float[np.ndarray, "link view unknown"]:
        """From each moment to the next."""
        ...

    def away(self) -> Steps:
        """From where they began."""
        ...


AnyViews = TypeVar("AnyViews", bound=Views)
