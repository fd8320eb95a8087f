import sys

import av
import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.video import probe, read_frames
from synthetic_videos import moving_disc, write_video


def only_sound(path):
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def bad_video(path, what):
    """A file that cannot be used as a video."""
    if what == "folder":
        path.mkdir()
    elif what == "sound":
        only_sound(path)
    elif what == "nothing":
        path.write_bytes(b"")
    elif what == "text":
        path.write_text("Dear diary,\n" * 40)
    elif what == "playlist":
        path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    elif what != "missing":
        data = write_video(path, moving_disc(60)).read_bytes()
        if what == "cut":
            data = data[: data.index(b"moov") - 10]
        elif what == "codec":
            data = data.replace(b"avc1", b"xyz1")
        elif what == "pictures":
            start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
            data = data[:start] + bytes(end - start) + data[end:]
        path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("missing", "cannot be read"),
        ("folder", "is a folder; pass a video file"),
        ("nothing", "is empty"),
        ("cut", r"is cut off: the index \(moov\).*missing"),
        ("sound", "holds no video, only audio"),
        ("text", "is no video, or of a format that FFmpeg does not know"),
        ("playlist", "is no video|not one of its pictures|holds no video"),
        ("codec", "codec that this FFmpeg does not decode; convert"),
        ("pictures", "not one of its pictures can be decoded"),
    ],
)
@pytest.mark.parametrize("read", [probe, lambda path: list(read_frames(path))])
def test_bad_videos(tmp_path, what, said, read):
    path = bad_video(tmp_path / "cam 1.mp4", what)
    with pytest.raises(InputError, match=said) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message and message.endswith(".") and "\n" not in message


def test_the_name_does_not_matter(tmp_path):
    path = write_video(tmp_path / "a.mp4", moving_disc(5))
    for name in ("b.avi", "c", "http:e.mp4", "%03d.mp4"):
        assert len(list(read_frames(path.rename(tmp_path / name)))) == 5
        path = tmp_path / name


def test_without_pyav(tmp_path, monkeypatch):
    path = write_video(tmp_path / "a.mp4", moving_disc(2))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InputError, match=r"pip install 'canonpose\[video\]'"):
        probe(path)
