"""The same person in several views, by what a trained lifter makes of each view."""

from canonpose.association.lifter_vote import LifterVote

__all__ = ["LifterVote"]
