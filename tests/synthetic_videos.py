"""Tiny videos made on the spot, and a detector that sees the discs in them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from jaxtyping import Float, UInt8

from canonpose.skeleton import Skeleton

TICK = Fraction(1, 12800)
"""Seconds; what times are rounded to."""


def disc(
    centres: Sequence[tuple[float, float]], size: tuple[int, int] = (64, 48), radius: float = 5
) -> UInt8[np.ndarray, "height width 3"]:
    """A dark picture of bright discs, (width, height) in size."""
    width, height = size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    image = np.full((height, width, 3), 16, np.uint8)
    for cx, cy in centres:
        image[(x - cx) ** 2 + (y - cy) ** 2 <= radius**2] = 235
    return image


def moving_disc(frames: int, size: tuple[int, int] = (64, 48)) -> list[UInt8[np.ndarray, "_ _ 3"]]:
    """A disc that goes to the right, a pixel a frame, round and round."""
    span = size[0] - 20
    return [disc([(10 + i % span, size[1] / 2)], size) for i in range(frames)]


def write_video(
    path: Path,
    images: Iterable[UInt8[np.ndarray, "height width 3"]],
    *,
    fps: float = 25,
    times: Sequence[float] | None = None,
    codec: str = "libx264",
    keyframe_every: int = 12,
    rotation: int | None = None,
    container: str | None = None,
    options: dict[str, str] | None = None,
    sound: tuple[Float[np.ndarray, " sample"], int] | None = None,
    sound_codec: str = "aac",
) -> Path:
    """Write pictures as a video; with ``times`` of an uneven frame rate.

    ``sound`` is samples of -1..1 and how many a second, the first one at the first picture.
    """
    with av.open(str(path), "w", format=container, options=options or {}) as out:
        rate = Fraction(fps).limit_denominator(1001)
        stream = out.add_stream(codec, rate=rate)
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = keyframe_every
        tick = 1 / rate if times is None else TICK
        stream.codec_context.time_base = tick
        spoken = out.add_stream(sound_codec, rate=sound[1], layout="mono") if sound else None
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for index, image in enumerate(images):
            if index == 0:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.time_base = tick
            frame.pts = index if times is None else round(times[index] / TICK)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if spoken is not None and sound is not None:
            wave = av.AudioFrame.from_ndarray(
                sound[0].astype(np.float32)[None], format="fltp", layout="mono"
            )
            wave.sample_rate, wave.pts = sound[1], 0
            for part in av.AudioResampler(spoken.format, "mono", sound[1]).resample(wave):
                out.mux(spoken.encode(part))
            out.mux(spoken.encode(None))
    return path


DISC = Skeleton(
    name="disc",
    joints=("left", "middle", "right"),
    root="middle",
    parents={"left": "middle", "right": "middle"},
    pairs=(("left", "right"),),
)

DISCS = ["--detector", "synthetic_videos:make_disc_detector"]
"""Options of a command."""


class DiscDetector:
    """Finds bright discs: their left end, middle and right end."""

    name = "discs"
    version = "1"
    skeleton = DISC

    def __init__(self) -> None:
        self.seen = 0
        """Frames since it was made."""
        self.since_begin = 0

    def begin(self) -> None:
        self.since_begin = 0

    def detect(
        self, image: UInt8[np.ndarray, "height width 3"]
    ) -> Float[np.ndarray, "person joint 3"]:
        """As `Detector` says; the score tells how many frames were seen since `begin`."""
        from scipy import ndimage

        self.seen += 1
        self.since_begin += 1
        blobs, count = ndimage.label(image[..., 1] > 128)
        people = []
        for blob in range(1, count + 1):
            y, x = np.nonzero(blobs == blob)
            joints = [(x.min(), y.mean()), (x.mean(), y.mean()), (x.max(), y.mean())]
            people.append([(*joint, 1 / (1 + self.since_begin)) for joint in joints])
        return np.array(people, dtype=np.float64).reshape(-1, len(self.skeleton), 3)


def make_disc_detector(_: object) -> DiscDetector:
    """Whatever the settings of detectors are."""
    return DiscDetector()
