"""2D keypoints of the people in images and videos, by one of several detectors."""

from canonpose.detection.detector import Detector
from canonpose.detection.registry import DetectorConfig, create_detector, detector_names

__all__ = ["Detector", "DetectorConfig", "create_detector", "detector_names"]
