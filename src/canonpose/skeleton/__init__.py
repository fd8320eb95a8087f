"""Joints by name: layouts of 2D detectors, and conversion between them."""

from canonpose.skeleton.convert import convert
from canonpose.skeleton.known import layout, layout_names, layout_of_joint_names, read_skeleton
from canonpose.skeleton.skeleton import Skeleton

__all__ = [
    "Skeleton",
    "convert",
    "layout",
    "layout_names",
    "layout_of_joint_names",
    "read_skeleton",
]
