"""Files to keypoints and captures."""

from canonpose.readers.arrays import from_arrays
from canonpose.readers.capture import read_capture
from canonpose.readers.keypoints import read_keypoints

__all__ = ["from_arrays", "read_capture", "read_keypoints"]
