"""Live: a camera or a video, lifted while it runs, shown in a browser on this machine."""

from canonpose.live.session import LiveSession
from canonpose.live.settings import LiveSettings

__all__ = ["LiveSession", "LiveSettings"]
