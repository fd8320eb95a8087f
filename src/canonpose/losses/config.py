"""How the loss terms are scaled, reduced and weighted."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class LossConfig:
    """Where the paper's text and the authors' code differ, and what the text leaves open."""

    scale_norm: Literal["rms", "frobenius"] = "rms"
    """What a pose is divided by before the comparison: Eq. 2 says its Frobenius norm, the authors'
    code the root mean square of its coordinates, which makes every loss larger by a constant."""
    reduction: Literal["element", "pose"] = "element"
    """Mean over coordinates (the code) or over poses of the L1 norm (Eq. 2, 5)."""
    mixing: Literal["cross_views", "all_pairs"] = "cross_views"
    """View-consistency over pairs of different views, summed over the source views (the code), or
    over all m^2 pairs alike (section 3.2), which contain the plain reprojection."""
    view_term: Literal["mixing", "equality"] = "mixing"
    """View-consistency by mixing, or by plain equality of the canonical poses (Table 4)."""
    camera_term: Literal["mixing", "equality"] = "mixing"
    """Camera-consistency by mixing, or by plain equality of the relative rotations (Table 4)."""
    weight_reprojection: float = 1.0
    weight_view: float = 1.0
    weight_camera: float = 0.1
    """Of camera-consistency, where there is any."""
    camera_moving: bool = False
    """Camera-consistency where cameras move, too: between two moments of a take that are so close
    that they hardly turn (ours)."""
    weight_anatomy: float = 0.0
    """Of joints on the wrong side of the body's planes (ours; neither the paper nor the code).
    It has no say where branches are exchanged, and makes the chirality vote less of a check: what
    is trained to look right votes right."""
    camera_sum: Literal["rigs", "samples"] = "rigs"
    """Camera-consistency as a sum over rigs of their means (the code), or one mean over samples;
    either is summed over cameras."""
    camera_permutation: Literal["uniform", "derangement"] = "derangement"
    """Whether a sample may be given its own relative rotation (the code) or never is."""
