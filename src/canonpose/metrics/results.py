"""What an evaluation found, as numbers, rows and JSON."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.metrics.reliability import Reliability

Curve = tuple[Float[np.ndarray, "threshold"], Float[np.ndarray, "threshold"]]
"""Thresholds in mm, and CP in percent at each."""


@dataclass(frozen=True)
class JointScores:
    """One joint's errors in mm and PCK@150 in percent; None or NaN where not defined."""

    n_mpjpe: float | None
    p_mpjpe: float
    pck_scale_aligned: float | None
    pck_rigid: float
    frames: int
    """In how many frames it was scored."""


@dataclass(frozen=True)
class Scores:
    """The metrics over a set of frames. The scale-aligned ones are None in an unknown frame."""

    n_mpjpe: float | None
    """mm, root-centred, one scale for each pose."""
    p_mpjpe: float
    """mm, after rotation, translation and scale, never a reflection."""
    pck_scale_aligned: float | None
    """Percent within 150 mm, aligned as N-MPJPE."""
    pck_rigid: float
    """Percent within 150 mm, aligned as P-MPJPE."""
    auc_scale_aligned: float | None
    """Percent: mean PCK over 0, 5, ... 150 mm."""
    auc_rigid: float
    cp180: float
    """Percent of poses with every joint within 180 mm, aligned as P-MPJPE."""
    cps: float
    """mm: area under CP over 0-300 mm; 300 is perfect."""
    mirrored_fraction: float
    """Fraction of frames that their mirror image would fit better: near 1 for a mirrored model."""
    frames_scored: int
    """Frames with four or more valid joints."""
    frames_left_out: int
    frames_scale_aligned: int | None
    """Those of them whose root is valid too, which N-MPJPE needs."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores of one or more files, or views, of poses against their references."""

    overall: Scores
    """Over the frames of all files."""
    files: Mapping[str, Scores]
    """By file, or by the label of the view."""
    joints: Mapping[str, JointScores]
    """The scored joints, in the reference's order, over all files."""
    cps_curve: Curve
    """Over all files."""
    file_curves: Mapping[str, Curve]
    notes: tuple[str, ...] = ()
    """What the reader of the numbers should know."""
    reliability: Reliability | None = None
    """Of the poses' sigma, over all files; None where they have none or the frame is unknown."""

    def rows(self) -> list[dict[str, Any]]:
        """One row a file, and one for all where there are several; `Scores` and ``file``."""
        rows = [{"file": label, **asdict(scores)} for label, scores in self.files.items()]
        if len(rows) > 1:
            rows.append({"file": "all", **asdict(self.overall)})
        return rows

    def joint_rows(self) -> list[dict[str, Any]]:
        """One row a joint; `JointScores` and ``joint``."""
        return [{"joint": joint, **asdict(scores)} for joint, scores in self.joints.items()]

    def to_dict(self) -> dict[str, Any]:
        """For JSON: plain types, None for what is not defined, mm and percent."""
        thresholds, correct = self.cps_curve
        return {
            "overall": _json_ready(asdict(self.overall)),
            "files": {label: _json_ready(asdict(s)) for label, s in self.files.items()},
            "joints": {joint: _json_ready(asdict(s)) for joint, s in self.joints.items()},
            "cps_curve": {
                "threshold_mm": thresholds.tolist(),
                "correct_poses_percent": correct.tolist(),
            },
            "sigma": None
            if self.reliability is None
            else {
                "share_within_one": self.reliability.share_within,
                "median_mm": float(np.median(self.reliability.sigma)),
                "joints": len(self.reliability.errors),
            },
            "notes": list(self.notes),
        }


def _json_ready(table: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in table.items()
    }
