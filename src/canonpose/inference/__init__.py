"""Lifting with a trained network."""

from canonpose.inference.lift import lift

__all__ = ["lift"]
