"""Camera names from file and folder names."""

import re
from pathlib import Path

_ENDING = re.compile(r"(?i)[_.-](json|keypoints|openpose|alphapose|coco|results|pose)$")


def camera_name(path: Path) -> str:
    """The name of a file or folder without its extension and without what names the format.

    ``cam01_json``, ``cam01.npz`` and ``cam01_keypoints.json`` are all ``cam01``.
    """
    name = path.absolute().name
    if path.suffix in (".npz", ".json"):
        name = name.removesuffix(path.suffix)
    while (shorter := _ENDING.sub("", name)) != name:
        name = shorter
    return name
