"""Anatomy that a mirrored body breaks: which way a face looks, knees bend and elbows bend."""

from dataclasses import dataclass

from canonpose.skeleton import Skeleton

Point = tuple[str, ...]
"""A joint, or the middle of several."""

_PELVIS: Point = ("left_hip", "right_hip")
_CHEST: Point = ("left_shoulder", "right_shoulder")
_EARS: Point = ("left_ear", "right_ear")


@dataclass(frozen=True)
class Rule:
    """A direction that, in a body that is not mirrored, lies forward of a plane.

    Forward is ``left x up``: from the body's right to its left, crossed with upwards. A rule votes
    with the sign of ``(left x up) . toward``, which a mirror negates whatever the pose.
    """

    kind: str
    left: tuple[Point, Point]
    """From a point on the body's right to one on its left."""
    up: tuple[Point, Point]
    """From a lower point to a higher one, of a body that stands."""
    toward: tuple[Point, Point]
    """From a point to one that lies forward of it."""

    @property
    def joints(self) -> frozenset[str]:
        """All joints that the rule needs."""
        return frozenset(
            joint for pair in (self.left, self.up, self.toward) for point in pair for joint in point
        )


def _limb_rules() -> list[Rule]:
    hips: tuple[Point, Point] = (("right_hip",), ("left_hip",))
    shoulders: tuple[Point, Point] = (("right_shoulder",), ("left_shoulder",))
    rules = []
    for side in ("left", "right"):
        hip, knee, ankle = ((f"{side}_{joint}",) for joint in ("hip", "knee", "ankle"))
        shoulder, elbow, wrist = ((f"{side}_{joint}",) for joint in ("shoulder", "elbow", "wrist"))
        # A bent knee stands forward of the line from hip to ankle, a bent elbow behind that from
        # shoulder to wrist. With the limb itself as the upward axis this holds wherever it points.
        rules.append(Rule("knees", hips, (ankle, hip), (hip + ankle, knee)))
        rules.append(Rule("elbows", shoulders, (wrist, shoulder), (elbow, shoulder + wrist)))
        for toe in ("big_toe", "small_toe"):
            rules.append(Rule("toes", hips, (ankle, knee), (ankle, (f"{side}_{toe}",))))
    return rules


RULES: tuple[Rule, ...] = (
    Rule("nose", (("right_hip",), ("left_hip",)), (_PELVIS, _CHEST), (_CHEST, ("nose",))),
    Rule("nose", (("right_shoulder",), ("left_shoulder",)), (_PELVIS, _CHEST), (_CHEST, ("nose",))),
    Rule("ears", (("right_hip",), ("left_hip",)), (_PELVIS, _CHEST), (_EARS, ("nose",))),
    Rule("ears", (("right_ear",), ("left_ear",)), (_CHEST, _EARS), (_EARS, ("nose",))),
    *_limb_rules(),
)


def usable_rules(skeleton: Skeleton) -> tuple[Rule, ...]:
    """The rules for which a skeleton has all joints."""
    return tuple(rule for rule in RULES if rule.joints <= set(skeleton.joints))
