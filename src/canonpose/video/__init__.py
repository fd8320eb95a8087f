"""Video files: what they hold, and their frames one by one."""

from canonpose.video.frame import Frame, VideoInfo
from canonpose.video.frames import read_frames
from canonpose.video.opening import is_video, probe

__all__ = ["Frame", "VideoInfo", "is_video", "probe", "read_frames"]
