import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed")
pytest.importorskip("av", reason="PyAV is not installed")

from canonpose.cli.main import main
from canonpose.exporters.overlay.h264 import H264File
from canonpose.lifter import save_lifter
from live.stand_ins import SIZE, frames, lifter

DETECTOR = ["--detector", "live.stand_ins:from_config"]


@pytest.fixture
def footage(tmp_path, monkeypatch):
    """A lifter in `run`, and a video of a second in `clip.mp4`."""
    monkeypatch.chdir(tmp_path)
    save_lifter(lifter(), tmp_path / "run")
    with H264File(tmp_path / "clip.mp4", "mp4", SIZE, 30.0, 20) as file:
        for frame in frames():
            file.write(frame.image, frame.time)
    return tmp_path


def test_a_video_to_its_end(footage, capsys):
    assert main(["live", "clip.mp4", "-m", "run", "--seconds", "2.5", *DETECTOR]) == 0
    said = capsys.readouterr().out
    assert re.search(r"live: http://127\.0\.0\.1:\d+/", said)
    assert "the video has ended" in said
    assert int(re.search(r"(\d+) pictures lifted", said)[1]) > 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give a video, or --camera 0"),
        (["clip.mp4", "--camera", "0"], "give a video, or --camera 0"),
        (["--camera", "0", "--loop"], "--loop: a camera does not end"),
        (["--camera", "97"], "camera 97: cannot be opened"),
        (["nowhere.mp4"], "nowhere.mp4: cannot be read"),
        (["clip.mp4", "--port", "99999"], "port 99999"),
    ],
)
def test_bad_input(footage, capsys, arguments, says):
    assert main(["live", *arguments, "-m", "run", "--seconds", "1", *DETECTOR]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert says in said


def test_no_lifter(footage, capsys):
    assert main(["live", "clip.mp4", "-m", "nowhere", *DETECTOR]) == 2
    assert "nowhere: holds no trained lifter" in capsys.readouterr().err


def heed_ctrl_c():
    """Shells let what they start in the background ignore it, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_it_and_frees_the_port(footage):
    tests, package = Path(__file__).parents[1], Path(main.__code__.co_filename).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{tests}"}
    python = [sys.executable, "-X", "faulthandler", "-um"]
    command = [*python, "canonpose", "live", "clip.mp4", "-m", "run", "--loop"]
    process = subprocess.Popen(
        [*command, *DETECTOR], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, preexec_fn=heed_ctrl_c,
    )  # fmt: skip
    try:
        url = re.search(r"http://[\d.:]+/", process.stdout.readline())[0]
        with urllib.request.urlopen(url + "next", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # makes it say where every thread is
            pytest.fail(f"it hangs: {process.communicate()[1]}")
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said
    with pytest.raises(OSError):
        urllib.request.urlopen(url, timeout=2)
