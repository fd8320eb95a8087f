"""The times of a video's frames without decoding them."""

from pathlib import Path

import numpy as np
from jaxtyping import Float64

from canonpose.video.clock import Clock
from canonpose.video.frames import SEEKABLE
from canonpose.video.opening import frame_rate, import_av, open_video


def frame_times(path: str | Path) -> Float64[np.ndarray, " frame"] | None:
    """When each frame would come, by the index of the file, as `read_frames` times it.

    One frame a packet is assumed, and that all can be decoded: frames that are read tell whether
    it holds. None where one cannot seek by such times, for want of an index or of timestamps.

    Raises
    ------
    InputError
        If it is no video; the message says why and what to do.
    """
    path = Path(path)
    with open_video(path) as (container, stream):
        if not container.format.name.startswith(SEEKABLE) or stream.time_base is None:
            return None
        stamps: list[int | None] = []
        try:
            for packet in container.demux(stream):
                # The last packet is an empty one that empties the decoder; those to discard lie
                # outside of what the file's edit list shows.
                if packet.size and not packet.is_discard:
                    stamps.append(packet.pts)
        except import_av().error.FFmpegError:
            return None
        known = [stamp for stamp in stamps if stamp is not None]
        if not known or len(known) < len(stamps):
            return None
        clock = Clock(stream.time_base, frame_rate(stream))
        return np.array([clock.time(stamp) for stamp in sorted(known)], dtype=np.float64)
