"""Camera names and frame numbers from file and folder names."""

import re
from pathlib import Path

from canonpose.video.opening import is_video

_ENDING = re.compile(r"(?i)[_.-](json|keypoints|openpose|alphapose|coco|results|pose)$")


def camera_name(path: Path) -> str:
    """The name of a file or folder without its extension and without what names the format.

    ``cam01_json``, ``cam01.npz``, ``cam01.mp4`` and ``cam01_keypoints.json`` are all ``cam01``.
    """
    name = path.absolute().name
    if path.suffix in (".npz", ".json") or is_video(path):
        name = name.removesuffix(path.suffix)
    while (shorter := _ENDING.sub("", name)) != name:
        name = shorter
    return name


def frame_number(name: str) -> int | None:
    """The last number in a file name, extension and a ``_keypoints`` ending aside.

    None if the name holds no number.
    """
    stem = re.sub(r"\.[A-Za-z]\w*$", "", name)
    stem = re.sub(r"[_.-]keypoints$", "", stem)
    numbers = re.findall(r"\d+", stem)
    return int(numbers[-1]) if numbers else None
