"""One camera's file by itself, read as the settings of its take say."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from canonpose.datamodel import Keypoints
from canonpose.readers.capture import FoundCapture
from canonpose.readers.keypoints import read_keypoints
from canonpose.readers.layouts import Layout, resolve
from canonpose.readers.one_take import found_take, used_cameras
from canonpose.readers.takes import without_joints
from canonpose.readers.videos import Detect, detect_by_default
from canonpose.skeleton import Skeleton


@dataclass(frozen=True)
class OneView:
    """A camera's file, and how it is to be read where no other camera's is read with it."""

    path: Path
    camera: str
    layout: Skeleton | None = None
    person: int | None = None
    """The number of the person to take, from 1."""
    fps: float | None = None
    """In place of what the file says."""
    leave_out_joints: Sequence[str] = ()

    @property
    def settings(self) -> dict[str, object]:
        """All that what is read depends on besides the file, in plain words and numbers."""
        layout = None if self.layout is None else self.layout.to_dict()
        joints = list(self.leave_out_joints)
        return {"layout": layout, "person": self.person, "fps": self.fps, "less": joints}

    def read(self, detect: Detect = detect_by_default) -> Keypoints:
        """One person's keypoints; ``detect`` finds the people in a video.

        Raises
        ------
        InputError
            If the file cannot be used, or has no such joint or person.
        """
        seen = read_keypoints(
            self.path, layout=self.layout, person=self.person, camera=self.camera, detect=detect
        )
        if self.fps is not None:
            seen = replace(seen, fps=self.fps, times=None)
        return without_joints(seen, self.leave_out_joints, str(self.path))


def view_of_file(path: Path, *, layout: Layout | None = None, fps: float | None = None) -> OneView:
    """A camera's file by the ``capture.toml`` of its take; arguments come before it.

    That lies beside the file, or in the folder above. Whether it leaves the camera out does not
    matter where the file is named.

    Raises
    ------
    InputError
        If the settings or the layout cannot be used.
    """
    # "." and ".." are folders with names of their own, and with folders above them.
    capture, take = found_take([Path(os.path.abspath(path))])
    (camera,) = capture.takes[take]
    return _as_told(capture, take, {camera: path}, layout, fps)


def only_view(
    paths: Sequence[Path],
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    fps: float | None = None,
) -> OneView | None:
    """The view of a take of which one camera is used; None of several. Arguments as `read_take`.

    Raises
    ------
    InputError
        If there is not exactly one take, no such camera, or the settings cannot be used.
    """
    capture, take = found_take(paths)
    files = used_cameras(capture, take, cameras)
    return _as_told(capture, take, files, layout, fps) if len(files) == 1 else None


def _as_told(
    capture: FoundCapture,
    take: str,
    files: Mapping[str, Path],
    layout: Layout | None,
    fps: float | None,
) -> OneView:
    ((camera, path),) = files.items()
    return OneView(
        path,
        camera,
        layout=capture.layout if layout is None else resolve(layout),
        person=capture.settings.persons_of(take).get(camera),
        fps=capture.settings.fps if fps is None else fps,
        leave_out_joints=capture.settings.leave_out_joints,
    )
