from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.errors import InputWarning
from canonpose.video import probe, read_frames
from synthetic_videos import disc, moving_disc, write_video

CONTAINERS = [("mp4", "libx264"), ("mov", "mpeg4"), ("mkv", "libx264"), ("avi", "mpeg4")]


@pytest.mark.parametrize(("ending", "codec"), CONTAINERS)
def test_every_frame_comes_once_in_order_and_time(tmp_path, ending, codec):
    path = write_video(tmp_path / f"a.{ending}", moving_disc(40), codec=codec)
    frames = list(read_frames(path))
    assert [frame.index for frame in frames] == list(range(40))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(40) / 25, atol=1e-3)
    for frame, image in zip(frames, moving_disc(40), strict=True):
        assert np.abs(frame.image.astype(int) - image).mean() < 8


def test_probe(tmp_path):
    path = write_video(tmp_path / "a.mp4", moving_disc(50), fps=50)
    info = probe(path)
    assert (info.width, info.height, info.frames, info.has_audio) == (64, 48, 50, False)
    assert info.fps == pytest.approx(50)
    assert info.seconds == pytest.approx(1.0)


def test_uneven_times_are_the_files_own(tmp_path):
    times = np.cumsum([0, 0.04, 0.02, 0.1, 0.04, 0.5, 0.04, 0.03])
    path = write_video(tmp_path / "a.mp4", moving_disc(8), times=list(times))
    np.testing.assert_allclose([f.time for f in read_frames(path)], times, atol=1e-4)


@pytest.mark.parametrize("rotation", [90, 180, 270, -90])
def test_pictures_are_upright(tmp_path, rotation):
    upright = disc([(12, 20)], (48, 64))
    stored = np.rot90(upright, -rotation // 90)
    path = write_video(tmp_path / "a.mov", [stored] * 3, rotation=rotation)
    info, frames = probe(path), list(read_frames(path))
    assert (info.width, info.height) == frames[0].image.shape[1::-1]
    expected = np.rot90(stored, rotation // 90)
    assert np.abs(frames[0].image.astype(int) - expected).mean() < 8


def test_rotation_by_the_display_matrix_of_phones(tmp_path):
    """A matrix that sends right to down (x' = -y, y' = x) turns clockwise, as in QuickTime."""
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        one = 1 << 16
        stream.set_display_matrix([0, one, 0, -one, 0, 0, 0, 0, 1 << 30])
        out.mux(stream.encode(av.VideoFrame.from_ndarray(disc([(50, 10)]), format="rgb24")))
        out.mux(stream.encode(None))
    image = next(iter(read_frames(path))).image
    y, x = np.nonzero(image[..., 0] > 128)
    # Clockwise: what was at (x, y) comes to (height - 1 - y, x).
    assert (x.mean(), y.mean()) == pytest.approx((47 - 10, 50), abs=1)


@pytest.mark.parametrize(("ending", "codec"), CONTAINERS)
@settings(max_examples=8, deadline=None)
@given(first=st.integers(1, 99))
def test_going_on_in_the_middle_gives_the_same_frames(tmp_path_factory, ending, codec, first):
    path = tmp_path_factory.getbasetemp() / f"resume.{ending}"
    if not path.exists():
        write_video(path, moving_disc(100), codec=codec)
    whole = list(read_frames(path))
    for after in (None, whole[first - 1].time):
        rest = list(read_frames(path, first, after))
        assert [f.index for f in rest] == list(range(first, 100))
        for frame, expected in zip(rest, whole[first:], strict=True):
            assert frame.time == expected.time
            np.testing.assert_array_equal(frame.image, expected.image)


def test_seeking_does_not_decode_from_the_start(tmp_path, monkeypatch):
    from canonpose.video import frames as module

    path = write_video(tmp_path / "a.mp4", moving_disc(300))
    decoded = []
    original = module._Pictures._decode

    def counted(self):
        for picture in original(self):
            decoded.append(picture.pts)
            yield picture

    monkeypatch.setattr(module._Pictures, "_decode", counted)
    assert len(list(read_frames(path, 280, 279 / 25))) == 20
    assert len(decoded) < 120


def test_a_wrong_time_is_not_trusted(tmp_path):
    path = write_video(tmp_path / "a.mp4", moving_disc(30))
    rest = list(read_frames(path, 10, 0.1234))
    assert [f.index for f in rest] == list(range(10, 30))
    assert rest[0].time == pytest.approx(10 / 25)


def test_cut_off_in_the_middle_gives_what_is_before(tmp_path):
    images = [np.random.default_rng(i).integers(0, 255, (48, 64, 3), np.uint8) for i in range(60)]
    path = write_video(tmp_path / "a.mp4", images, options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    with pytest.warns(InputWarning, match=r"ends at frame \d+ \(1\.\d+ s\).*2\.40 s long") as told:
        frames = list(read_frames(path))
    assert 25 < len(frames) < 45
    assert f"frame {len(frames)} " in str(told[-1].message)


def test_a_damaged_picture_is_left_out_and_the_others_keep_their_times(tmp_path):
    import av

    path = write_video(tmp_path / "a.mp4", moving_disc(60), options={"movflags": "faststart"})
    whole = [f.time for f in read_frames(path)]
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0)]
    place, size = packets[22]
    data = bytearray(path.read_bytes())
    data[place : place + size] = bytes([255]) * size
    path.write_bytes(data)
    with pytest.warns(InputWarning, match="1 of its pictures are damaged"):
        times = [f.time for f in read_frames(path)]
    assert 50 < len(times) < 60
    assert set(times) < set(whole)


@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(4, 3), (85, 48)), (Fraction(3, 4), (64, 64)), (None, (64, 48))]
)
def test_pixels_are_square(tmp_path, aspect, size):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        out.mux(stream.encode(av.VideoFrame.from_ndarray(disc([(48, 12)]), format="rgb24")))
        out.mux(stream.encode(None))
    info, image = probe(path), next(iter(read_frames(path))).image
    assert (info.width, info.height) == size == image.shape[1::-1]
    y, x = np.nonzero(image[..., 0] > 128)
    assert (x.mean() / size[0], y.mean() / size[1]) == pytest.approx((0.75, 0.25), abs=0.02)


def test_a_change_of_size_on_the_way_changes_nothing(tmp_path):
    """Joined recordings of one codec, as MPEG transport streams can be."""
    small = write_video(tmp_path / "a.ts", [disc([(16, 12)])] * 5)
    large = write_video(tmp_path / "b.ts", [disc([(32, 24)], (128, 96), radius=10)] * 5)
    joined = tmp_path / "c.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    frames = list(read_frames(joined))
    assert len(frames) == 10
    for frame in frames:
        y, x = np.nonzero(frame.image[..., 0] > 128)
        assert frame.image.shape[1::-1] == (64, 48)
        assert (x.mean(), y.mean()) == pytest.approx((16, 12), abs=1)
