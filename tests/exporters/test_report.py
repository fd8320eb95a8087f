"""The report page: what is in the file, and how it behaves in a real browser."""

import base64
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.report import write_report
from canonpose.skeleton import layout
from chromium import settle, wait_until
from walking import walking

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">{{data}}&amp;'
COLOURS = {
    "light": {"left": (0, 114, 178), "right": (213, 94, 0)},
    "dark": {"left": (86, 180, 233), "right": (240, 145, 58)},
}


def data_of(page):
    text = page.read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])


def unpacked(packed, shape):
    integers = np.frombuffer(base64.b64decode(packed["data"]), "<i2").reshape(shape).astype(float)
    values = (integers + 32767) * packed["step"] + packed["offset"]
    values[integers == -32768] = np.nan
    return values


# ---- the file ----


def test_refers_to_nothing_outside_itself(tmp_path):
    text = write_report([walking()], tmp_path / "report.html").read_text("utf-8")
    for reference in ("http:", "https:", " src=", "@import", "url(", "fetch(", "import("):
        assert reference not in text
    assert "default-src 'none'" in text
    assert "unsafe" not in text


def test_hostile_strings_stay_data(tmp_path):
    view = walking(camera=HOSTILE, source=f"/home/somebody/{HOSTILE}")
    page = write_report([view], tmp_path / "report.html", titles=[HOSTILE])
    text = page.read_text("utf-8")
    assert "alert(1)</script>" not in text
    assert "<img" not in text
    assert text.count("</script>") == 2
    assert "somebody" not in text
    assert data_of(page)["views"][0]["title"] == HOSTILE


def test_data_round_trip(tmp_path):
    view = walking(frames=20)
    view.positions[3, 4] = np.nan
    view.keypoints[5, 6, 0] = np.inf
    view.scores[7, 8] = 0
    view.scores[9, 1] = 1e-4
    told = data_of(write_report([view], tmp_path / "report.html"))["views"][0]
    positions = unpacked(told["positions"], view.positions.shape)
    keypoints = unpacked(told["keypoints"], view.keypoints.shape)
    assert np.isnan(positions[3, 4]).all()
    assert np.isnan(keypoints[5, 6]).all()
    positions[3, 4] = view.positions[3, 4] = 0
    keypoints[5, 6] = view.keypoints[5, 6] = 0
    np.testing.assert_allclose(positions, view.positions, atol=5e-5)
    np.testing.assert_allclose(keypoints, view.keypoints, atol=0.02)
    scores = np.frombuffer(base64.b64decode(told["scores"]), "u1").reshape(view.scores.shape)
    np.testing.assert_allclose(scores / 255, view.scores, atol=1 / 255)
    assert scores[7, 8] == 0
    assert scores[9, 1] > 0
    assert told["joints"] == list(view.skeleton.joints)
    assert told["bones"] == view.skeleton.bone_indices.tolist()
    assert told["sides"][view.skeleton.index("left_knee")] == "l"
    assert told["sides"][view.skeleton.index("right_heel")] == "r"
    assert told["sides"][view.skeleton.root_index] == "m"
    assert (told["fps"], told["units"], told["imageSize"]) == (30.0, "m", [1920, 1080])


def test_sigma_is_told_where_poses_have_it(tmp_path):
    view = walking(frames=4)
    sigma = np.linspace(0, 0.2, view.scores.size).reshape(view.scores.shape)
    sigma[1] = np.nan
    page = write_report([view, replace(view, sigma=sigma)], tmp_path / "report.html")
    silent, told = data_of(page)["views"]
    assert silent["sigma"] is None
    np.testing.assert_allclose(unpacked(told["sigma"], sigma.shape), sigma, atol=1e-5)


def test_all_missing_is_no_error(tmp_path):
    view = walking(frames=3, fps=float("nan"), image_size=None)
    view.positions[:] = np.nan
    view.keypoints[:] = np.nan
    view.scores[:] = 0
    told = data_of(write_report([view], tmp_path / "report.html"))["views"][0]
    assert told["fps"] is None
    assert np.isnan(unpacked(told["positions"], view.positions.shape)).all()


def test_four_long_views_stay_below_25_mb(tmp_path):
    page = write_report([walking(frames=10_000)] * 4, tmp_path / "report.html")
    assert page.stat().st_size < 25e6


def test_default_titles(tmp_path):
    views = [walking(2), walking(2, camera=""), walking(2, camera="", source="")]
    told = data_of(write_report(views, tmp_path / "report.html"))["views"]
    assert [view["title"] for view in told] == ["c01", "c01.npz", "view 3"]


@pytest.mark.parametrize(
    ("poses", "titles", "says"),
    [
        ([], None, "no views"),
        ([walking(2)], ["a", "b"], "2 titles"),
        ([walking(0)], None, "walk/c01.npz, camera c01: has no frames"),
        ([replace(walking(2), skeleton=layout("coco17"))], None, "asks for"),
    ],
)  # fmt: skip
def test_bad_input(tmp_path, poses, titles, says):
    with pytest.raises(InputError, match=says):
        write_report(poses, tmp_path / "report.html", titles=titles)
    assert not list(tmp_path.iterdir())


def test_unwritable_place(tmp_path):
    folder = tmp_path / "report.html"
    folder.mkdir()
    with pytest.raises(InputError, match=r"report\.html: cannot be written"):
        write_report([walking(2)], folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_full_disk_leaves_the_old_page(tmp_path, monkeypatch):
    page = tmp_path / "report.html"
    page.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_report([walking(2)], page)
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


# ---- the browser ----


@pytest.fixture
def open_page(browser):
    """Open a report; fail at the end on any complaint or any request but the file itself."""
    troubles, contexts = [], []

    def opened(path: Path, *, width=1280, height=860, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (troubles.append("dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda request: (
                None if request.url in (path.as_uri(), "data:,") else troubles.append(request.url)
            ),
        )
        page.goto(path.as_uri())
        wait_until(page, "window.canonpose && window.canonpose.ready")
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def picture(page, selector=".solid", number=0):
    settle(page)
    return page.locator(selector).nth(number).evaluate("canvas => canvas.toDataURL()")


def state(page, name):
    return page.evaluate("name => window.canonpose.state[name]", name)


def drag(page, number, dx, dy):
    box = page.locator(".solid").nth(number).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


def centre_of_colour(page, selector, rgb):
    """Mean place, 0..1 in both axes, of the pixels near a colour."""
    return page.locator(selector).first.evaluate(
        """(canvas, rgb) => {
            const {width, height} = canvas;
            const copy = Object.assign(document.createElement("canvas"), {width, height});
            const read = copy.getContext("2d", {willReadFrequently: true});
            read.drawImage(canvas, 0, 0);
            const {data} = read.getImageData(0, 0, width, height);
            let [count, x, y] = [0, 0, 0];
            for (let i = 0; i < width * height; i++) {
                const far = rgb.some((value, c) => Math.abs(data[4 * i + c] - value) > 50);
                if (far || data[4 * i + 3] < 255) continue;
                count += 1; x += i % width; y += Math.floor(i / width);
            }
            return [x / count / width, y / count / height];
        }""",
        list(rgb),
    )


def test_plays_and_seeks(open_page, tmp_path):
    page = open_page(write_report([walking()], tmp_path / "report.html"))
    assert page.locator("#frame").text_content() == "Frame 0 / 59"
    first = picture(page)
    page.locator("#slider").fill("30")
    assert page.locator("#frame").text_content() == "Frame 30 / 59"
    assert page.locator("#time").text_content() == "1.00 s"
    assert picture(page) != first
    page.evaluate("window.canonpose.seek(12)")
    assert page.locator("#slider").input_value() == "12"
    page.get_by_label("Play", exact=True).click()
    wait_until(page, "window.canonpose.state.frame > 20")
    page.get_by_label("Pause").click()
    assert state(page, "playing") is False


def test_keyboard(open_page, tmp_path):
    page = open_page(write_report([walking()], tmp_path / "report.html"))
    for key, frame in [
        ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", 59), ("Home", 0)
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert state(page, "frame") == frame
    page.locator("#slider").focus()
    page.keyboard.press("ArrowRight")
    assert state(page, "frame") == 1
    page.locator(".solid").focus()
    page.keyboard.press("Space")
    assert state(page, "playing") is True
    page.keyboard.press("Space")
    before = picture(page)
    page.keyboard.press("d")
    assert picture(page) != before
    page.keyboard.press("0")
    assert picture(page) == before


def test_speed(open_page, tmp_path):
    page = open_page(write_report([walking()], tmp_path / "report.html"))
    page.get_by_label("0.25×").check()
    assert state(page, "speed") == 0.25
    page.keyboard.press("ArrowRight")
    assert state(page, "speed") == 0.5


def test_orbit_and_link(open_page, tmp_path):
    page = open_page(write_report([walking(), walking(yaw=1.2)], tmp_path / "report.html"))
    start = [picture(page, number=n) for n in (0, 1)]
    drag(page, 0, 90, 20)
    linked = [picture(page, number=n) for n in (0, 1)]
    assert linked[0] != start[0]
    assert linked[1] != start[1]
    page.get_by_text("Link views").click()
    drag(page, 1, -60, 10)
    unlinked = [picture(page, number=n) for n in (0, 1)]
    assert unlinked[0] == linked[0]
    assert unlinked[1] != linked[1]
    page.get_by_text("Link views").click()
    orbits = state(page, "orbits")
    assert orbits[0] == orbits[1]
    page.locator(".solid").first.dblclick()
    assert [picture(page, number=n) for n in (0, 1)] == start
    page.locator(".solid").first.hover()
    page.mouse.wheel(0, -200)
    wait_until(page, "window.canonpose.state.orbits[1].zoom > 1.1")
    assert picture(page) != start[0]


def test_camera_view_and_turntable(open_page, tmp_path):
    page = open_page(write_report([walking()], tmp_path / "report.html"))
    start = picture(page)
    page.get_by_text("Turntable").click()
    wait_until(page, "window.canonpose.state.orbits[0].yaw > 0.1")
    page.get_by_text("Camera view").click()
    assert picture(page) == start
    drag(page, 0, 50, 0)
    assert state(page, "mode") == "free"


def test_zoom_to_person(open_page, tmp_path):
    page = open_page(write_report([walking()], tmp_path / "report.html"))
    start = picture(page, ".flat")
    page.get_by_text("Zoom 2D to person").click()
    assert picture(page, ".flat") != start


def test_uncertainty_is_shown_when_asked_for(open_page, tmp_path):
    view = walking()
    page = open_page(write_report([view], tmp_path / "silent.html"))
    assert not page.get_by_text("Uncertainty").is_visible()
    sure = replace(view, sigma=np.full(view.scores.shape, 0.1))
    page = open_page(write_report([sure], tmp_path / "report.html"))
    start = picture(page)
    page.get_by_text("Uncertainty").click()
    assert picture(page) != start


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("selector", [".flat", ".solid"])
def test_upright_and_not_mirrored(open_page, tmp_path, scheme, selector):
    view = walking()
    view.scores[:] = 1
    arms = [n for n, joint in enumerate(view.skeleton.joints) if re.search("elbow|wrist", joint)]
    view.positions[:, arms] = view.keypoints[:, arms] = np.nan  # so that left and right are legs
    page = open_page(write_report([view], tmp_path / "report.html"), scheme=scheme)
    left = centre_of_colour(page, selector, COLOURS[scheme]["left"])
    right = centre_of_colour(page, selector, COLOURS[scheme]["right"])
    assert left[0] > 0.51
    assert right[0] < 0.49
    assert min(left[1], right[1]) > 0.55


def test_different_lengths_and_rates(open_page, tmp_path):
    views = [walking(60), walking(40, fps=60.0), walking(20, fps=None, image_size=None)]
    page = open_page(write_report(views, tmp_path / "report.html"))
    assert state(page, "frames") == 120
    held = page.locator(".held")
    assert [held.nth(n).is_visible() for n in range(3)] == [False, False, False]
    page.keyboard.press("End")
    assert [held.nth(n).is_visible() for n in range(3)] == [False, True, True]
    assert held.nth(1).text_content() == "ended: last frame (39) held"
    text = page.locator(".panel").nth(2).text_content()
    assert "unknown, 30 fps assumed" in text
    assert "image size unknown" in text


def test_nothing_to_draw(open_page, tmp_path):
    view = walking(frames=1)
    view.positions[:] = np.nan
    view.keypoints[:] = np.nan
    view.scores[:] = 0
    open_page(write_report([view], tmp_path / "report.html"))


def test_hostile_strings_are_shown_as_text(open_page, tmp_path):
    view = walking(camera=HOSTILE, source=HOSTILE)
    page = open_page(write_report([view], tmp_path / "report.html", titles=[HOSTILE]))
    assert page.locator("h1").text_content() == HOSTILE
    assert page.locator("img").count() == 0


def test_long_views_stay_smooth(open_page, tmp_path):
    page = open_page(write_report([walking(10_000)] * 4, tmp_path / "report.html"))
    worst = page.evaluate(
        """async () => {
            const times = [];
            for (let i = 0; i < 20; i++) {
                const from = performance.now();
                window.canonpose.seek(400 * i);
                await new Promise(requestAnimationFrame);
                times.push(performance.now() - from);
            }
            return times.sort((a, b) => a - b)[10];
        }"""
    )
    assert worst < 250  # a screen refresh on a quiet machine; this one may be busy


def test_screenshots(open_page, tmp_path):
    views = [walking(yaw=yaw, camera=f"c0{n}") for n, yaw in enumerate((0, 0.9, 2.2, 4.5), 1)]
    one = write_report(views[:1], tmp_path / "one.html", titles=["Walking on the spot"])
    four = write_report(views, tmp_path / "four.html")
    for path in (one, four):
        page = open_page(path)
        page.keyboard.press("Shift+ArrowRight")
        settle(page)
        shot = page.screenshot(path=path.with_suffix(".png"), full_page=True)
        assert len(shot) > 20_000
