"""The unknowns of a rig's cameras in a row, and how what they see depends on them."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from canonpose.solving.pinholes import Pinholes, Projected

FOCAL_RANGE = (0.2, 20.0)
"""Shares of the image's longer side within which a focal length is looked for."""
MOST_BEND = 1.0
"""The largest radial distortion that is looked for, either way."""

Values = Float[np.ndarray, " unknown"]


@dataclass(frozen=True)
class Lens:
    """What is to be found of the lenses."""

    focals: Literal["known", "one", "own"] = "one"
    """None, one for all as a share of the image's longer side, or one for each camera."""
    radial: bool = False
    """A radial distortion: each camera's own where the focal lengths are, else one for all."""

    @property
    def name(self) -> str:
        """In words."""
        focals = "own focal lengths" if self.focals == "own" else f"{self.focals} focal length"
        return focals + (" and radial distortion" if self.radial else "")


@dataclass(frozen=True, eq=False)
class CameraUnknowns:
    """Turn and translation of all cameras but the first, logarithms of the focal lengths as shares
    of the image's longer side, and radial distortions.
    """

    first: Pinholes
    """Where the cameras start from."""
    sizes: Float[np.ndarray, " view"]
    """The longer side of every image, in pixels."""
    lens: Lens

    @property
    def focal_columns(self) -> slice:
        """Where the focal lengths stand."""
        begin = 6 * (len(self.first) - 1)
        return slice(begin, begin + (self._lenses if self._find_focals else 0))

    @property
    def bend_columns(self) -> slice:
        """Where the distortions stand, if they are looked for."""
        begin = self.focal_columns.stop
        return slice(begin, begin + (self._lenses if self.lens.radial else 0))

    @property
    def _lenses(self) -> int:
        return len(self.first) if self.lens.focals == "own" else 1

    @property
    def _find_focals(self) -> bool:
        return self.lens.focals != "known"

    @property
    def start(self) -> Values:
        """The cameras that one starts from."""
        moves = np.concatenate([np.zeros((len(self.first), 3)), self.first.translations], axis=1)
        shares, bends = np.log(self.first.focals / self.sizes), self.first.bends
        if self.lens.focals != "own":
            shares, bends = shares.mean(keepdims=True), bends.mean(keepdims=True)
        parts = [moves[1:].ravel()]
        parts += [shares] if self._find_focals else []
        parts += [bends] if self.lens.radial else []
        lowest, highest = self.bounds
        return np.clip(np.concatenate(parts), lowest + 1e-9, highest - 1e-9)

    @property
    def bounds(self) -> tuple[Values, Values]:
        """The least and greatest values."""
        highest = np.full(self.bend_columns.stop, np.inf)
        lowest = -highest
        lowest[self.focal_columns], highest[self.focal_columns] = np.log(FOCAL_RANGE)
        lowest[self.bend_columns], highest[self.bend_columns] = -MOST_BEND, MOST_BEND
        return lowest, highest

    def cameras(self, values: Values) -> Pinholes:
        """The cameras of some values."""
        moves = values[: self.focal_columns.start].reshape(-1, 6)
        rotations, translations = self.first.rotations.copy(), self.first.translations.copy()
        rotations[1:] = Rotation.from_rotvec(moves[:, :3]).as_matrix() @ rotations[1:]
        translations[1:] = moves[:, 3:]
        focals, bends = self.first.focals, self.first.bends
        if self._find_focals:
            focals = self.sizes * np.exp(values[self.focal_columns])
        if self.lens.radial:
            bends = np.broadcast_to(values[self.bend_columns], bends.shape)
        return replace(
            self.first, rotations=rotations, translations=translations, focals=focals, bends=bends
        )

    def slopes(self, values: Values, seen: Projected) -> Float[np.ndarray, "view point 2 unknown"]:
        """Derivatives of what is seen, in pixels."""
        moves = values[: self.focal_columns.start].reshape(-1, 6)
        cameras = self.cameras(values)
        slopes = np.zeros((*seen.pixels.shape, len(values)))
        for view in range(1, len(cameras)):
            column = 6 * (view - 1)
            by_place = seen.by_place[view]
            # exp(w) x moves by cross(J dw, exp(w) x), J the left Jacobian of SO(3).
            crossed = np.cross(by_place, -seen.turned[view][:, None])
            slopes[view, ..., column : column + 3] = crossed @ left_jacobian(moves[view - 1, :3])
            slopes[view, ..., column + 3 : column + 6] = by_place
        if self._find_focals:
            by_focal = seen.pixels - cameras.middles[:, None]
            self._spread(slopes, self.focal_columns, by_focal)
        if self.lens.radial:
            square = (seen.rays**2).sum(-1, keepdims=True).clip(max=1.0)
            self._spread(
                slopes, self.bend_columns, cameras.focals[:, None, None] * square * seen.rays
            )
        return slopes

    def _spread(
        self,
        slopes: Float[np.ndarray, "view point 2 unknown"],
        columns: slice,
        by_lens: Float[np.ndarray, "view point 2"],
    ) -> None:
        """Write what depends on a lens into its column: its camera's own, or that of all."""
        for view in range(len(self.first)):
            slopes[view, ..., columns.start + (view if self.lens.focals == "own" else 0)] = by_lens[
                view
            ]


def left_jacobian(turn: Float[np.ndarray, "3"]) -> Float[np.ndarray, "3 3"]:
    """``d exp(w) = [J dw] exp(w)`` of a rotation vector w in radians."""
    angle = float(np.linalg.norm(turn))
    x, y, z = turn
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    if angle < 1e-6:
        return np.eye(3) + cross / 2
    first = (1 - np.cos(angle)) / angle**2
    second = (angle - np.sin(angle)) / angle**3
    return np.eye(3) + first * cross + second * cross @ cross
