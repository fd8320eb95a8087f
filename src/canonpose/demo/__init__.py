"""The main job on real footage: one athlete, four uncalibrated cameras."""

from canonpose.demo.footage import DemoFootage, fetch_footage
from canonpose.demo.run import DemoResult, run_demo

__all__ = ["DemoFootage", "DemoResult", "fetch_footage", "run_demo"]
