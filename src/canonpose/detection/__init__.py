"""2D keypoints of the people in images and videos, by one of several detectors."""

from canonpose.detection.detector import Detector

__all__ = ["Detector"]
