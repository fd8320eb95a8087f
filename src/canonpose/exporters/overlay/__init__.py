"""Overlay videos: the 2D skeleton over the pictures, and the 3D skeleton beside them.

Drawing needs OpenCV, and writing PyAV: both come with ``pip install 'canonpose[video]'``.
"""

from canonpose.exporters.overlay.settings import OverlaySettings
from canonpose.exporters.overlay.writing import write_overlay

__all__ = ["OverlaySettings", "write_overlay"]
