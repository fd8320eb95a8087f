"""The mirror ambiguity: weak perspective cannot tell a world from its depth-mirrored twin."""

from canonpose.chirality.resolve import resolve_chirality
from canonpose.chirality.vote import ChiralityVote, vote

__all__ = ["ChiralityVote", "resolve_chirality", "vote"]
