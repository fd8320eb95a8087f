"""Where a trained lifter is, by the name that a user gives."""

from functools import cache
from importlib import resources
from pathlib import Path

PRETRAINED = "pretrained"
"""The lifter that comes with canonpose, wherever the folder of a trained one is asked for."""
EXPORTED = "lifter.onnx"
"""The name of an exported lifter in the folder of a trained one."""


@cache
def pretrained_folder() -> Path:
    """Where the files of the lifter are that comes with canonpose."""
    return Path(str(resources.files("canonpose"))) / PRETRAINED


def folder_named(name: str | Path) -> Path:
    """The folder of a lifter; a folder called "pretrained" in the working directory comes first."""
    if str(name) == PRETRAINED and not Path(name).exists():
        return pretrained_folder()
    return Path(name)
