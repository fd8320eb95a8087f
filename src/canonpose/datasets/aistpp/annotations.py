"""The files of AIST++: pickled keypoints, cameras by setting, and lists of sequences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.datasets.truth import labelled
from canonpose.errors import InputError
from canonpose.files import read_text
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.pickles import read_pickle
from canonpose.readers.calibration import read_calibration
from canonpose.readers.checks import cleaned
from canonpose.readers.reference import Reference
from canonpose.skeleton import layout
from canonpose.skeleton.convert import complete

FPS = 60.0
IMAGE_SIZE = (1920, 1080)
CAMERAS = tuple(f"c{number:02}" for number in range(1, 10))
"""In the order of the files."""
UNUSABLE = {
    "gBR_sBM_cAll_d04_mBR0_ch01": "c05",  # not synchronised
    "gJB_sBM_cAll_d07_mJB3_ch05": "c07",  # of another size
}
"""Sequence to the camera that its makers left out of their 3D."""
SKELETON = layout("coco17")
_MM_PER_CM = UNITS_IN_METRES["cm"] / UNITS_IN_METRES["mm"]


@dataclass(frozen=True)
class AnnotationFiles:
    """The annotations of one folder, read take by take."""

    folder: Path
    settings: Mapping[str, str]
    """Sequence to setting."""
    calibrations: dict[str, dict[str, Camera]]
    """Those read so far, by setting."""

    @classmethod
    def of(cls, folder: Path) -> "AnnotationFiles":
        """Those of a folder that has all kinds of them.

        Raises
        ------
        InputError
            If it lacks one.
        """
        for name in ("keypoints2d", "keypoints3d", "cameras", "splits"):
            if not (folder / name).is_dir():
                raise InputError(
                    f"{folder}: has no folder {name!r}, so it does not hold the AIST++ "
                    f"annotations; give the folder that has keypoints2d, keypoints3d, cameras and "
                    f"splits."
                )
        files = cls(folder, {}, {})
        pairs = [line.split() for line in files.lines("cameras/mapping.txt")]
        if wrong := [pair for pair in pairs if len(pair) != 2]:
            raise InputError(
                f"{folder / 'cameras/mapping.txt'}: {' '.join(wrong[0])!r} is not a sequence and "
                f"its setting; copy the file again."
            )
        return cls(folder, dict(pairs), {})

    def lines(self, name: str) -> list[str]:
        """The lines of a text file that are not empty."""
        text = read_text(self.folder / name, "is not text; copy it again")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def take(self, sequence: str, cameras: Sequence[str]) -> LabelledTake:
        """One sequence.

        Raises
        ------
        InputError
            If its setting is unknown, or a file of it is missing or of another layout.
        """
        if sequence not in self.settings:
            raise InputError(
                f"{self.folder / 'cameras/mapping.txt'}: does not name sequence {sequence!r}; "
                f"copy the file again."
            )
        setting = self.settings[sequence]
        if setting not in self.calibrations:
            path = self.folder / "cameras" / f"{setting}.json"
            self.calibrations[setting] = read_calibration(path, units="cm")
        take = Take(
            name=sequence,
            views=self.views(sequence, cameras),
            rig=setting,
            subject=next((tag for tag in sequence.split("_") if tag.startswith("d")), ""),
        )
        return labelled(take, self.reference(sequence), self.calibrations[setting])

    def views(self, sequence: str, cameras: Sequence[str]) -> dict[str, Keypoints]:
        """Camera to its detections; a camera that saw nothing is left out."""
        path, people = self.array("keypoints2d", sequence, "keypoints2d")
        if people.shape[0] != len(CAMERAS) or people.shape[2:] != (len(SKELETON.detected), 3):
            raise _wrong_shape(path, people, "[9 cameras, frame, 17 joints, 3]")
        views = {}
        for camera in cameras:
            seen = people[CAMERAS.index(camera)]
            detected = ~np.isnan(seen).any(-1) & (seen[..., 2] > 0)
            if camera == UNUSABLE.get(sequence) or not detected.any():
                continue
            where = f"{path}: camera {camera!r}"
            seen = cleaned(seen[:, None].astype(np.float64), where)[:, 0]
            positions, scores = complete(seen[..., :2], seen[..., 2], SKELETON)
            views[camera] = Keypoints(
                positions,
                scores,
                SKELETON,
                FPS,
                image_size=IMAGE_SIZE,
                camera=camera,
                source=str(path),
            )
        if not views:
            raise InputError(
                f"{path}: none of {', '.join(cameras)} detected anything; add the sequence to "
                f"ignore_list.txt."
            )
        return views

    def reference(self, sequence: str) -> Reference:
        """The 3D in the world's frame."""
        path, positions = self.array("keypoints3d", sequence, "keypoints3d_optim")
        if positions.shape[1:] != (len(SKELETON.detected), 3):
            raise _wrong_shape(path, positions, "[frame, 17 joints, 3]")
        return Reference(
            positions=(positions * _MM_PER_CM).astype(np.float32),
            valid=np.isfinite(positions).all(-1),
            joints=SKELETON.detected,
            fps=FPS,
            source=str(path),
        )

    def array(self, kind: str, sequence: str, entry: str) -> tuple[Path, Float[np.ndarray, "..."]]:
        """One entry of a sequence's file."""
        path = self.folder / kind / f"{sequence}.pkl"
        held = read_pickle(path, what="AIST++ keypoints")
        if not isinstance(held, dict) or not isinstance(held.get(entry), np.ndarray):
            raise InputError(
                f"{path}: has no array {entry!r}, so it is not of the official AIST++ keypoints; "
                f"copy it again."
            )
        if held[entry].dtype.kind != "f":
            raise InputError(f"{path}: {entry!r} holds no numbers; copy it again.")
        return path, held[entry]


def _wrong_shape(path: Path, array: np.ndarray, wanted: str) -> InputError:
    return InputError(
        f"{path}: holds an array {list(array.shape)} where {wanted} belongs; copy it again."
    )
