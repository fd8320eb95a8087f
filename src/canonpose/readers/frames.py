"""Frame numbers from file names."""

import re


def frame_number(name: str) -> int | None:
    """The last number in a file name, extension and a ``_keypoints`` ending aside.

    None if the name holds no number.
    """
    stem = re.sub(r"\.[A-Za-z]\w*$", "", name)
    stem = re.sub(r"[_.-]keypoints$", "", stem)
    numbers = re.findall(r"\d+", stem)
    return int(numbers[-1]) if numbers else None
