"""The live page in a real browser."""

import re

import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")

from canonpose.live import LiveSession
from chromium import wait_until

from .stand_ins import WalkerDetector, lifter, playback

ON_PICTURE = {"left": (86, 180, 233), "right": (240, 145, 58)}
ON_STAGE = {"left": (0, 114, 178), "right": (213, 94, 0)}


@pytest.fixture
def open_page(browser):
    """Open a live page; fail at the end on any complaint, or a request to anywhere else."""
    troubles, contexts, asked = [], [], []

    def complain(message):
        # Once the session is over, the browser rightly says that nobody answers.
        if not re.search("ERR_CONNECTION_|503", message.text):
            troubles.append(f"{message.type}: {message.text}")

    def opened(live, *, drawn=3):
        context = browser.new_context(viewport={"width": 1280, "height": 860})
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", lambda request: asked.append((live.url, request.url)))
        page.goto(live.url)
        wait_until(page, f"window.canonpose.state.drawn >= {drawn}", 20)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
    assert all(url.startswith((own, "data:")) for own, url in asked)


def pixels_near(page, selector, rgb):
    """How many pixels of a canvas have a colour, nearly."""
    return page.locator(selector).evaluate(
        """(canvas, rgb) => {
            const {width, height} = canvas;
            const copy = Object.assign(document.createElement("canvas"), {width, height});
            const read = copy.getContext("2d", {willReadFrequently: true});
            read.drawImage(canvas, 0, 0);
            const {data} = read.getImageData(0, 0, width, height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
                count += rgb.every((value, c) => Math.abs(data[i + c] - value) < 40);
            }
            return count;
        }""",
        list(rgb),
    )


def live_walk(source=None, **options):
    return LiveSession(source or playback(loop=True), WalkerDetector(**options), lifter(width=16))


def number_in(page, selector):
    return float(page.locator(selector).text_content())


def test_picture_skeleton_and_figures(open_page):
    with live_walk(seconds=0.02) as live:
        page = open_page(live)
        wait_until(page, "window.canonpose.state.timing.screen !== null", 20)
        for side in ("left", "right"):
            assert pixels_near(page, "#flat", ON_PICTURE[side]) > 20
            assert pixels_near(page, "#solid", ON_STAGE[side]) > 20
        assert 0 < number_in(page, "#fps") < 50
        assert number_in(page, "#screen") > 0
        assert number_in(page, "#lifted") >= 20
        assert page.locator("#status").text_content() == "running, walker"
        assert page.locator("h1").text_content() == "clip.mp4"
        assert len(page.screenshot()) > 20_000
        flat, solid = (page.locator(name).bounding_box() for name in ("#flat", "#solid"))
        assert flat["y"] == solid["y"]  # side by side
        assert solid["x"] > flat["x"] + flat["width"]


def test_two_browsers(open_page):
    with live_walk() as live:
        pages = [open_page(live), open_page(live)]
        drawn = [page.evaluate("window.canonpose.state.drawn") for page in pages]
        for page, before in zip(pages, drawn, strict=True):
            wait_until(page, f"window.canonpose.state.drawn > {before} + 3", 20)


def test_orbit(open_page):
    with live_walk() as live:
        page = open_page(live)
        page.get_by_text("Turntable").click()
        yaw = page.evaluate("window.canonpose.state.orbit.yaw")
        wait_until(page, f"window.canonpose.state.orbit.yaw > {yaw} + 0.05")
        page.get_by_text("Camera view").click()
        assert page.evaluate("window.canonpose.state.orbit.yaw") == 0
        page.locator("#solid").focus()
        page.keyboard.press("a")
        assert page.evaluate("window.canonpose.state.orbit.yaw") == pytest.approx(0.1)
        page.keyboard.press("0")
        assert page.locator("#side-view").get_attribute("aria-pressed") == "true"


def test_nobody_is_said(open_page):
    with live_walk(nobody=True) as live:
        page = open_page(live)
        assert page.locator("#nobody").is_visible()


def test_the_end_of_the_video_and_of_the_session(open_page):
    live = live_walk(playback(20, fps=30.0))
    with live:
        page = open_page(live, drawn=1)
        wait_until(page, "window.canonpose.state.ended !== null", 20)
        assert (
            "the video has ended. The last picture is kept."
            in page.locator("#status").text_content()
        )
        assert pixels_near(page, "#flat", ON_PICTURE["left"]) > 20
    wait_until(page, "!window.canonpose.state.connected", 20)
    assert "does not answer" in page.locator("#status").text_content()
    assert pixels_near(page, "#flat", ON_PICTURE["left"]) > 20
