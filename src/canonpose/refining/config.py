"""Settings of refining."""

from dataclasses import dataclass

from canonpose.config_checks import at_least


@dataclass(frozen=True)
class RefineConfig:
    """How a lifter is refined on solved footage; all else is as in its training."""

    rounds: int = 2
    """Where cameras move: solve and refine so many times at most, each time from what the last
    student says, until solving no longer changes. Where they stand still, once."""
    epochs: int = 20
    """Passes over the capture."""
    min_steps: int = 3000
    """Small captures are passed over more often, until this many batches."""
    learning_rate: float = 1e-3
    """Rises from 0, then falls as a cosine."""
    weight_self: float = 0.3
    """Of the self-supervised losses."""
    weight_views: float = 1.0
    """Of the labels of real views."""
    weight_virtual: float = 1.0
    """Of the labels of virtual views."""
    weight_kept: float = 1.0
    """Of what the lifter that training starts from says of other bodies, where it was taught by
    other footage: the student is to know that still."""
    virtual_views: int = 4
    """Virtual views a moment of the batch."""
    kept_views: int = 4
    """Views a moment of the batch of what was known before."""
    exchange: float = 0.5
    """Virtual views: give each branch of the body that of another moment with this probability."""
    aligned: bool = True
    """Virtual views: exchange branches as held to the torso, not as they point in space."""
    bend: float = 10.0
    """Virtual views: turn each branch about the joint that it hangs on, by so many degrees about
    each axis (standard deviation)."""
    tilt: float = 10.0
    """Virtual views: lean the body, that is turned to any side, by so many degrees (standard
    deviation)."""
    kept_bend: float = 25.0
    """What was known before: as ``bend``, into movements that the footage does not hold."""
    kept_tilt: float = 15.0
    """What was known before: as ``tilt``."""
    approach: float = 0.2
    """Virtual views: how much distances vary (standard deviation of their logarithm)."""
    noise: float = 1.0
    """Virtual views: errors of the footage's own detections, times this."""
    rotation: float = 5.0
    """Real views: turn each in its image plane by up to this many degrees either way."""
    joint_dropout: float = 0.0
    """Hide each joint of a labelled view from the lifter with this probability."""
    confidence_dropout: float = 0.1
    """Hide all confidences of a labelled view from the lifter with this probability."""
    trusted: float = 0.01
    """Labels surer than this, as a share of the body's height, count alike; the others less, by
    the inverse of their standard deviation."""

    def __post_init__(self) -> None:
        at_least(self, rounds=1, epochs=1, virtual_views=0, kept_views=0)
        at_least(self, bend=0, kept_bend=0, noise=0, trusted=0)
