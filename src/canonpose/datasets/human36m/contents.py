"""What a Human3.6M folder holds."""

from dataclasses import dataclass
from pathlib import Path

from canonpose.errors import InputError
from canonpose.files import short_list, unreadable

AUTHORS = "detections.pickle"
POSITIONS = "data_3d_h36m.npz"
PIXELS = "data_2d_h36m_"
EXACT = "gt"
CAMERA_FILES = ("cameras.h5", "human36m_cameras.h5")
RELEASE = "MyPoseFeatures"
ARCHIVE = "MyPoses"
_LOOKED_FOR = (
    f"{AUTHORS} of the CanonPose authors, {POSITIONS} and {PIXELS}<detector>.npz of VideoPose3D, "
    f"S9/{RELEASE}/D3_Positions/*.cdf of the release, S9/{ARCHIVE}/3D_positions/*.h5, "
    f"cameras.h5"
)


@dataclass(frozen=True)
class Contents:
    """The paths of what is there; None where something is not."""

    folder: Path
    authors: Path | None
    """Detections of the paper's authors."""
    positions: Path | None
    """3D of VideoPose3D."""
    exact: Path | None
    """Exact 2D of VideoPose3D."""
    detections: Path | None
    """Detections of VideoPose3D."""
    release: Path | None
    """The folder that holds the subjects' folders of the release."""
    archive: Path | None
    """The folder that holds those of the older archive."""
    cameras: Path | None

    @property
    def has_3d(self) -> bool:
        """Whether there is something to test on."""
        return bool(self.positions or self.release or self.archive)


def contents_of(folder: Path, detector: str | None) -> Contents:
    """Look into a folder, and into ``h36m`` in it, as the older archive unpacks.

    Parameters
    ----------
    folder : path
        The data set's.
    detector : str, optional
        Whose ``data_2d_h36m_<detector>.npz`` to use where there are several.

    Raises
    ------
    InputError
        If nothing usable is there, or more than one detector.
    """
    found = _looked_into(folder, detector)
    if found.has_3d or found.authors or found.detections or found.exact:
        return found
    if deeper := one_deeper(folder):
        raise InputError(
            f"{folder}: holds nothing of Human3.6M, but its folder {deeper[0].parent.name!r} does; "
            f"give that one."
        )
    lone = f" but {found.cameras.name}" if found.cameras else ""
    raise InputError(
        f"{folder}: holds nothing of Human3.6M{lone}; one or more of these belong there: "
        f"{_LOOKED_FOR}."
    )


def _looked_into(folder: Path, detector: str | None) -> Contents:
    places = [folder, folder / "h36m"]
    exact = _first(places, [f"{PIXELS}{EXACT}.npz"])
    return Contents(
        folder=folder,
        authors=_first(places, [AUTHORS]),
        positions=_first(places, [POSITIONS]),
        exact=exact,
        detections=None if detector == EXACT else _detections(places, detector, folder),
        release=next((place for place in places if any(place.glob(f"S*/{RELEASE}"))), None),
        archive=next((place for place in places if any(place.glob(f"S*/{ARCHIVE}"))), None),
        cameras=_first(places, CAMERA_FILES),
    )


def _first(places: list[Path], names: list[str] | tuple[str, ...]) -> Path | None:
    candidates = [place / name for place in places for name in names]
    return next((path for path in candidates if path.is_file()), None)


def _detections(places: list[Path], detector: str | None, folder: Path) -> Path | None:
    by_name = {
        path.stem.removeprefix(PIXELS): path
        for place in reversed(places)
        for path in sorted(place.glob(f"{PIXELS}*.npz"))
        if path.stem.removeprefix(PIXELS) != EXACT
    }
    if detector is not None:
        if detector not in by_name:
            raise InputError(
                f"{folder}: has no {PIXELS}{detector}.npz (its detectors are "
                f"{short_list(by_name) or 'none'}); put it there, or name another detector."
            )
        return by_name[detector]
    if len(by_name) > 1:
        raise InputError(
            f"{folder}: holds the detections of several detectors ({short_list(by_name)}); name "
            f"the one to use, or keep one {PIXELS}*.npz only."
        )
    return next(iter(by_name.values()), None)


def one_deeper(folder: Path) -> list[Path]:
    """Files and subjects of Human3.6M that lie one folder too deep."""
    try:
        return sorted(path for path in folder.glob("*/*") if _is_ours(path))
    except OSError as error:
        raise unreadable(folder, error) from error


def _is_ours(path: Path) -> bool:
    if path.is_dir():
        return (path / RELEASE).is_dir() or (path / ARCHIVE).is_dir()
    return path.name in (AUTHORS, POSITIONS, *CAMERA_FILES) or path.name.startswith(PIXELS)
