"""A live view as a whole: really served, fetched as a browser would."""

import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")

import cv2

from canonpose.errors import InputError
from canonpose.live import LiveSession, LiveSettings

from .stand_ins import COCO, SIZE, WalkerDetector, frames, lifter, playback, wait_for


def session(source=None, detector=None, **settings):
    source = source or playback(loop=True)
    return LiveSession(source, detector or WalkerDetector(), lifter(), LiveSettings(**settings))


def ask(live, path, **headers):
    request = urllib.request.Request(live.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, dict(answer.headers), answer.read()


def refused(live, path, **headers):
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(live, path, **headers)
    error.value.close()
    return error.value.code


def next_moment(live, after=-1, drawn=-1):
    status, _, content = ask(live, f"next?after={after}&drawn={drawn}")
    assert status == 200
    (length,) = struct.unpack("<I", content[:4])
    return json.loads(content[4 : 4 + length]), content[4 + length :]


def test_page_and_moments():
    with session() as live:
        status, headers, page = ask(live, "")
        assert status == 200
        assert b"clip.mp4" in page
        assert b"http" not in page.replace(b"http-equiv", b"")
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        number, numbers = -1, []
        for _ in range(4):
            facts, jpeg = next_moment(live, number)
            number = facts["number"]
            numbers.append(number)
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert picture.shape == (SIZE[1], SIZE[0], 3)
            assert facts["imageSize"] == list(SIZE)
            assert len(facts["positions"]) == 3 * len(COCO)
            assert len(facts["keypoints"]) == 2 * len(COCO)
            assert facts["ended"] is None
        assert numbers == sorted(set(numbers))


def test_pictures_and_poses_belong_together():
    """The picture's shade tells which pose the detector saw in it."""
    with session(playback(30, fps=60.0, loop=True)) as live:
        for after in (-1, 5, 12):
            facts, jpeg = next_moment(live, after)
            shade = int(cv2.imdecode(np.frombuffer(jpeg, np.uint8), 1)[0, 0, 0])
            assert abs(shade - round(60 * facts["time"])) <= 1


def test_large_pictures_are_made_smaller():
    source = playback(loop=True)
    source._read = lambda path: frames(30, size=(1920, 1080))
    with session(source, long_side=320) as live:
        facts, jpeg = next_moment(live)
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), 1).shape[:2] == (180, 320)
        assert facts["imageSize"] == [1920, 1080]


def test_only_under_its_own_names():
    with session() as live:
        port = live.url.rsplit(":", 1)[1].strip("/")
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.2:{port}"):
            assert refused(live, "", Host=host) == 421
            assert refused(live, "next", Host=host) == 421
        assert ask(live, "", Host=f"localhost:{port}")[0] == 200


def test_other_pages_and_paths_get_nothing():
    with session() as live:
        assert refused(live, "next", **{"Sec-Fetch-Site": "cross-site"}) == 403
        assert refused(live, "etc/passwd") == 404
        assert refused(live, "next?after=x") == 400
        headers = ask(live, "next")[1]
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_on_the_loopback_interface_alone():
    with session() as live:
        assert live.url.startswith("http://127.0.0.1:")
        port = int(live.url.rsplit(":", 1)[1].strip("/"))
        own = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None)}
        for address in own - {"127.0.0.1", "::1"}:
            with suppress(OSError), socket.create_connection((address, port), timeout=1):
                pytest.fail(f"answers on {address}")


def test_a_slow_detector_drops_pictures_and_does_not_lag():
    detector = WalkerDetector(seconds=0.15)
    with session(playback(200, fps=100.0, loop=True), detector) as live:
        wait_for(lambda: live.moment.timing.seen >= 8)
        moment = live.moment
    assert moment.timing.dropped > 3 * moment.timing.seen
    # A picture waits for the one before it at most: twice the detector's time, and a margin.
    assert 0.15 <= moment.timing.lifted < 0.15 * 2 + 0.3
    assert 1 < moment.timing.fps < 1 / 0.15


def test_the_time_to_the_screen_is_told_by_the_browser():
    with session(playback(300, fps=50.0, loop=True)) as live:
        assert live.to_screen is None
        number = -1
        for _ in range(5):
            facts, _ = next_moment(live, number, drawn=number)
            number = facts["number"]
            time.sleep(0.2)
        next_moment(live, number, drawn=number)
        assert 0.2 <= live.to_screen < 2
        known = live.to_screen
        next_moment(live, -1, drawn=10**6)  # of a moment that never was
        assert live.to_screen == known


def test_several_browsers_and_a_closed_and_a_stuck_one():
    with session(playback(300, fps=50.0, loop=True)) as live:
        port = int(live.url.rsplit(":", 1)[1].strip("/"))
        stuck = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        stuck[0].sendall(b"GET /next?after=-1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
        stuck[1].sendall(b"GET /ne")
        stuck[2].close()
        got = []

        def browse():
            number = -1
            for _ in range(5):
                facts, _ = next_moment(live, number)
                number = facts["number"]
            got.append(number)

        browsers = [threading.Thread(target=browse) for _ in range(4)]
        for browser in browsers:
            browser.start()
        for browser in browsers:
            browser.join(20)
        assert len(got) == 4
        for connection in stuck[:2]:
            connection.close()


def test_a_video_ends_and_the_last_picture_is_kept():
    said = []
    with session(playback(5, fps=50.0)) as live:
        live.wait(1.5, said.append)
        assert said == ["the video has ended"]
        facts, jpeg = next_moment(live)
        assert facts["ended"] == "the video has ended"
        assert facts["positions"] is not None
        assert len(jpeg) > 100


def test_nobody_in_view():
    with session(detector=WalkerDetector(nobody=True)) as live:
        facts, jpeg = next_moment(live)
    assert facts["keypoints"] is None
    assert len(jpeg) > 100


def test_what_breaks_off_is_raised_and_told_to_browsers():
    def breaking(path):
        yield from frames(3, fps=100.0)
        raise InputError("clip.mp4: is damaged at frame 3")

    source = playback()
    source._read = breaking
    with session(source) as live, pytest.raises(InputError, match="damaged at frame 3"):
        live.wait(20.0)
    with (
        session(detector=WalkerDetector(fails_at=3)) as live,
        pytest.raises(RuntimeError, match="the network broke"),
    ):
        live.wait(20.0)


def test_a_clean_end():
    detector = WalkerDetector()
    live = session(detector=detector)
    with live:
        wait_for(lambda: live.moment.timing.seen > 2)
        port = int(live.url.rsplit(":", 1)[1].strip("/"))
    calls = detector.calls
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"server", "pipeline", "source clip.mp4"}
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    time.sleep(0.1)
    assert detector.calls == calls
    with session(port=port) as again:
        assert again.url == live.url


def test_whoever_waits_at_the_end_is_let_go():
    with session(playback(1)) as live:
        wait_for(lambda: live.moment.ended)
        answers = []

        def wait():
            try:
                answers.append(ask(live, "next?after=99"))
            except (urllib.error.URLError, OSError) as error:
                answers.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.2)
    waiting.join(4)
    assert len(answers) == 1


def test_a_taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} of 127\.0\.0\.1: cannot be used"):
            session(port=port)


def test_a_source_that_cannot_be_opened_leaves_nothing_behind():
    live = session(playback(0))
    with pytest.raises(InputError, match="no frames"), live:
        pass
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(live.url.split(":")[2][:-1])), timeout=1)


@pytest.mark.parametrize(
    "wrong", [{"port": -1}, {"port": 70000}, {"jpeg_quality": 0}, {"subject_height": -1.0}]
)
def test_bad_settings(wrong):
    with pytest.raises(InputError):
        LiveSettings(**wrong)
