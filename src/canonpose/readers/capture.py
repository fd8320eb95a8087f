"""Captures: takes of synchronised cameras, from one folder or several."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.people.agreement import VoteOn
from canonpose.readers.capture_toml import CaptureSettings, read_capture_toml
from canonpose.readers.files import natural_key
from canonpose.readers.fit import TakesFit
from canonpose.readers.folders import Cameras, find_takes
from canonpose.readers.layouts import Layout, resolve
from canonpose.readers.takes import TakePlan, read_views
from canonpose.readers.videos import Detect, detect_ahead, detect_by_default
from canonpose.skeleton import Skeleton


def read_capture(
    paths: str | Path | Iterable[str | Path],
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    static_cameras: bool | None = None,
    persons: Mapping[str, int] | None = None,
    detect: Detect = detect_by_default,
    vote: VoteOn | None = None,
) -> Capture:
    """One or more captures, as one set of takes.

    A capture is a folder of takes; a take is a folder of one video, keypoint file or OpenPose
    folder per camera.
    A folder that directly holds cameras is a capture of one take. Cameras are matched by name. An
    optional ``capture.toml`` in a capture's folder says what the files cannot; arguments come
    before it.

    Parameters
    ----------
    paths : path or paths
        The captures' folders. With several, takes are named ``<capture>/<take>``.
    cameras : sequence of str, optional
        The cameras to use, in this order; all that are not left out unless given.
    layout : Skeleton, layout name or TOML path, optional
        The skeleton of the files' joints, where they do not tell or tell wrongly.
    static_cameras : bool, optional
        Whether the cameras stood still during each take. True is refused where a capture.toml says
        that they move.
    persons : mapping, optional
        Camera to the number of the person to take there, from 1, where a view holds several;
        the person who moves alike in all cameras unless given.
    detect : callable
        Path to `Detections`: how to find the people in a video; by the default detector, which
        keeps its results, unless given.
    vote : callable, optional
        A further opinion on who is the same person in two views, where a view holds several: a
        `canonpose.association.LifterVote`.

    Raises
    ------
    InputError
        If a file cannot be used or the files do not fit each other; the message says why and
        what to do.

    """
    plan = plan_capture(
        paths, cameras=cameras, layout=layout, static_cameras=static_cameras, persons=persons
    )
    fit = TakesFit(plan.sources)
    takes, notes = [], []
    for take, said in plan.read(detect, vote):
        fit.add(take)
        takes.append(take)
        notes += said
    return Capture(
        takes=tuple(takes),
        cameras=tuple(c for c in plan.cameras if any(c in take.views for take in takes)),
        skeleton=fit.skeleton(),
        static_cameras=plan.static_cameras,
        sources=plan.sources,
        notes=tuple(notes),
    )


def plan_capture(
    paths: str | Path | Iterable[str | Path],
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    static_cameras: bool | None = None,
    persons: Mapping[str, int] | None = None,
) -> "CapturePlan":
    """How one or more captures would be read, take by take; arguments as for `read_capture`.

    Raises
    ------
    InputError
        If there is no take, a camera is named that there is not, or settings contradict.

    """
    folders = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not folders:
        raise InputError("no capture is given; pass the folder of at least one.")
    found = [FoundCapture.of(folder, name) for folder, name in _named(folders)]
    used = _cameras_used(found, cameras)
    check_persons_are_used(persons or {}, used)
    leave_out_joints = sorted({j for f in found for j in f.settings.leave_out_joints})
    takes = []
    for capture in found:
        chosen = resolve(layout) if layout is not None else capture.layout
        available = [c for c in used if cameras is not None or c not in capture.settings.leave_out]
        for name in capture.takes:
            here = capture.not_left_out(name, available)
            take = capture.plan(name, here, chosen, persons or {}, leave_out_joints)
            takes.append((capture, take))
    return CapturePlan(
        cameras=tuple(c for c in used if any(c in take.cameras for _, take in takes)),
        static_cameras=_static(found, static_cameras),
        sources=tuple(str(folder) for folder in folders),
        _takes=tuple(takes),
        _several=len(found) > 1,
    )


def take_plans(
    folder: str | Path,
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    persons: Mapping[str, int] | None = None,
) -> list[TakePlan]:
    """How each take of one capture would be read; arguments as for `read_capture`.

    Raises
    ------
    InputError
        If there is no take, or a camera is named that it does not have.

    """
    capture = FoundCapture.of(Path(folder), Path(folder).absolute().resolve().name)
    used = _cameras_used([capture], cameras)
    check_persons_are_used(persons or {}, used)
    chosen = resolve(layout) if layout is not None else capture.layout
    return [
        capture.plan(take, capture.not_left_out(take, used), chosen, persons or {}, ())
        for take in capture.takes
    ]


@dataclass(frozen=True)
class FoundCapture:
    """A capture's folder before its files are read."""

    folder: Path
    name: str
    takes: dict[str, Cameras]
    settings: CaptureSettings

    @classmethod
    def of(cls, folder: Path, name: str) -> "FoundCapture":
        """What lies in a folder, by its ``capture.toml``."""
        takes = find_takes(folder)
        settings = read_capture_toml(folder)
        settings.check_names(takes)
        return cls(folder, name, takes, settings)

    @property
    def layout(self) -> Skeleton | None:
        """That its settings name."""
        try:
            return resolve(self.settings.layout)
        except InputError as error:
            raise InputError(f"{self.settings.path}: entry 'layout': {error}") from error

    @property
    def cameras(self) -> list[str]:
        """Of all takes."""
        return list(dict.fromkeys(camera for take in self.takes.values() for camera in take))

    def not_left_out(self, take: str, cameras: Sequence[str]) -> list[str]:
        """Those of some cameras that its settings do not leave out of a take."""
        left_out = self.settings.take_leave_out.get(take, ())
        return [camera for camera in cameras if camera not in left_out]

    def plan(
        self,
        take: str,
        cameras: Sequence[str],
        layout: Skeleton | None,
        persons: Mapping[str, int],
        leave_out_joints: Sequence[str],
    ) -> TakePlan:
        """How a take is to be read; cameras that it lacks are passed over."""
        here = self.takes[take]
        return TakePlan(
            folder=self.folder,
            name=take,
            cameras={camera: here[camera] for camera in cameras if camera in here},
            layout=layout,
            offsets=self.settings.offsets_of(take),
            drifts=self.settings.drifts_of(take),
            persons={**self.settings.persons_of(take), **persons},
            fps=self.settings.fps,
            trim=self.settings.trim,
            leave_out_joints=leave_out_joints,
            mend_flips=self.settings.mend_flips,
        )


@dataclass(frozen=True)
class CapturePlan:
    """Captures whose takes have been found but not read, so that they need not all be in memory."""

    cameras: tuple[str, ...]
    static_cameras: bool | None
    sources: tuple[str, ...]
    _takes: tuple[tuple[FoundCapture, TakePlan], ...]
    _several: bool

    def __len__(self) -> int:
        """How many takes there are."""
        return len(self._takes)

    def read(
        self, detect: Detect = detect_by_default, vote: VoteOn | None = None
    ) -> Iterator[tuple[Take, list[str]]]:
        """Read one take after the other, with notes on what was decided.

        Raises
        ------
        InputError
            If a file cannot be used, or the cameras of a take do not fit each other.
        """
        detect_ahead(detect, (path for _, plan in self._takes for path in plan.cameras.values()))
        for capture, plan in self._takes:
            views, said = read_views(plan, detect, vote)
            yield _take(capture, plan.name, views, several=self._several), said


def _named(folders: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each folder with a name of its own: rigs and takes of two captures must not mix."""
    named: dict[str, Path] = {}
    for folder in folders:
        name = base = folder.absolute().resolve().name
        count = 1
        while name in named:
            count += 1
            name = f"{base}-{count}"
        named[name] = folder
    return [(folder, name) for name, folder in named.items()]


def _cameras_used(found: Sequence[FoundCapture], asked: Sequence[str] | None) -> list[str]:
    every = sorted({camera for capture in found for camera in capture.cameras}, key=natural_key)
    where = short_list(capture.folder for capture in found)
    if asked is not None:
        for camera in asked:
            if camera not in every:
                raise InputError(
                    f"{where}: there is no camera {camera!r}; there are {short_list(every, 50)}."
                )
        used = list(dict.fromkeys(asked))
    else:
        kept = {c for f in found for c in f.cameras if c not in f.settings.leave_out}
        used = [camera for camera in every if camera in kept]
    if len(used) < 2:
        which = f"only camera {used[0]!r}" if used else "no camera"
        raise InputError(
            f"{where}: {which} of {short_list(every)} is used; 3D is learned from two or more "
            f"cameras that film the same person, so add one."
        )
    return used


def check_persons_are_used(persons: Mapping[str, int], used: Collection[str]) -> None:
    """Refuse to ask for a person in a camera that is not read.

    Parameters
    ----------
    persons : mapping
        Camera to the number of the person to take there.
    used : collection of str
        The cameras that are.

    Raises
    ------
    InputError
        If another is named.
    """
    for camera in persons:
        if camera not in used:
            raise InputError(
                f"a person is asked for in camera {camera!r}, which is not used; "
                f"there are {short_list(used, 50)}."
            )


def _take(
    capture: FoundCapture, name: str, views: Mapping[str, Keypoints], *, several: bool
) -> Take:
    subject = capture.settings.subjects.get(name, "")
    return Take(
        name=f"{capture.name}/{name}" if several else name,
        views=views,
        rig=f"{capture.name}/{subject or name}",
        subject=subject,
    )


def _static(found: Sequence[FoundCapture], asked: bool | None) -> bool | None:
    """Static only if every capture says so, moving if one does; an argument comes before."""
    said = [capture.settings.static_cameras for capture in found]
    if asked and False in said:
        path = found[said.index(False)].settings.path
        raise InputError(
            f"{path}: says that the cameras move, so camera-consistency cannot be used; it holds "
            f"only where the cameras' relative rotations stay the same, so leave --static-cameras "
            f"out, or correct static_cameras there."
        )
    if asked is not None:
        return asked
    if all(said):
        return True
    return False if False in said else None
