"""Who is trained on and who is tested (section 4), and what the recordings are called."""

from dataclasses import dataclass

from canonpose.skeleton import Skeleton, layout

TRAINING = ("S5", "S6", "S7", "S8")
MORPHING = ("S1",)
"""Held back: "subject 1 is excluded in all experiments" (section 4.2)."""
TEST = ("S9", "S11")
EVERY = 64
"""Every 64th frame is scored (section 4.3)."""

CAMERAS = {
    "54138969": (1000, 1002),
    "55011271": (1000, 1000),
    "58860488": (1000, 1000),
    "60457274": (1000, 1002),
}
"""Name to image size (width, height), in the order of all files that number them.

The first and the last are opposite each other, as are the two in the middle, and such pairs see the
same silhouette; so the first two and the first three are sound choices.
"""
FRAMES_PER_SECOND = 50.0

_OTHER_NAMES = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog"}
"""The release calls two actions differently in some subjects."""


@dataclass(frozen=True, order=True)
class Recording:
    """One actor doing one action, once."""

    subject: str
    action: str

    @property
    def name(self) -> str:
        """Of its take."""
        return f"{self.subject}/{self.action}"


def recording(subject: str, action: str) -> Recording:
    """The recording of an action as some file calls it."""
    for name, usual in _OTHER_NAMES.items():
        action = action.replace(name, usual)
    return Recording(subject, action.strip())


def skeleton() -> Skeleton:
    """The 16 joints that are trained on and scored."""
    return layout("canonpose16")
