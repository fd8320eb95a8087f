"""AIST++: dancers before nine static cameras."""

from canonpose.datasets.aistpp.protocol import read

__all__ = ["read"]
