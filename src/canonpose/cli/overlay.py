"""The overlay video of ``canonpose lift --overlay``."""

from pathlib import Path

from rich.console import Console

from canonpose.cli.progress import progress_bar
from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.overlay import write_overlay
from canonpose.video import is_video


def video_of(source: Path, video: Path | None) -> Path:
    """The video to draw on: the one that is given, else the one that is lifted.

    Raises
    ------
    InputError
        If a keypoint file is lifted and no video is given.
    """
    if video is None and not is_video(source):
        raise InputError(
            f"{source}: holds keypoints and no pictures for --overlay to draw on; give the video "
            f"that they come from as --video."
        )
    return video or source


def draw_overlay(video: Path, poses: Poses, path: Path, console: Console) -> None:
    """Write the overlay, with a progress bar."""
    with progress_bar(console, counted="frame") as bar:
        task = bar.add_task("drawing", total=len(poses))
        write_overlay(video, poses, path, progress=lambda done: bar.update(task, completed=done))
    console.print(f"overlay: {path}", soft_wrap=True)
