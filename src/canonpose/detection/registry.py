"""Detectors by name: canonpose's own, those of installed packages, and a class by its path."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from canonpose.detection.detector import Detector
from canonpose.errors import InputError

ENTRY_POINTS = "canonpose.detectors"
"""The group under which a package offers detectors: name = "module:Class"."""

BUILT_IN = {
    "blazepose-heavy": "canonpose.detection.blazepose:from_config",
    "blazepose-full": "canonpose.detection.blazepose:from_config",
    "blazepose-lite": "canonpose.detection.blazepose:from_config",
    "rtmpose": "canonpose.detection.rtmpose:from_config",
    "rtmpose-halpe26": "canonpose.detection.rtmpose:from_config",
}
"""Each is imported only when it is asked for."""

DEFAULT_THREADS = 2
"""Of a network that has the machine to itself."""


@dataclass(frozen=True)
class DetectorConfig:
    """Which detector, and what all detectors are told."""

    name: str = "blazepose-heavy"
    """blazepose-heavy; blazepose-full and blazepose-lite (faster, but they mix up left and right);
    rtmpose, rtmpose-halpe26; the name under which an installed package offers one; or
    module:Class."""
    weights: Path | None = None
    """Folder or file of the weights, in place of those that `canonpose weights` fetches."""
    pose_model: Path | None = None
    """RTMPose: an .onnx file, in place of a download."""
    person_model: Path | None = None
    """RTMPose: the .onnx file of the detector that finds people for it."""
    people: int = 3
    """The most people that are followed at a time."""
    threads: int = 0
    """Processor threads of a network; 0 is 2, or 1 where videos side by side take all cores."""

    def __post_init__(self) -> None:
        for setting, least in (("people", 1), ("threads", 0)):
            if getattr(self, setting) < least:
                raise InputError(
                    f"detector setting {setting} is {getattr(self, setting)}; give a whole number "
                    f"from {least}."
                )


DEFAULT_DETECTOR = DetectorConfig()

Factory = Callable[[DetectorConfig], Detector]
"""What a name stands for: a class or function that makes a detector of the settings."""


def create_detector(config: DetectorConfig | str = "blazepose-heavy") -> Detector:
    """The detector of these settings, ready for its first frame.

    Parameters
    ----------
    config : DetectorConfig or str
        The settings, or a name for that detector with the default ones.

    Raises
    ------
    InputError
        If there is no such detector, it cannot be imported, or its weights are missing.
    """
    if isinstance(config, str):
        config = DetectorConfig(config)
    config = replace(config, threads=config.threads or DEFAULT_THREADS)
    detector = _factory(config.name)(config)
    if not isinstance(detector, Detector):
        raise InputError(
            f"detector {config.name!r} makes a {type(detector).__name__}, which lacks a part of "
            f"canonpose.detection.Detector; see the section on detectors in docs/data.md."
        )
    return detector


def detector_names() -> tuple[str, ...]:
    """Every name under which a detector is known here, canonpose's own first."""
    offered = {entry.name for entry in entry_points(group=ENTRY_POINTS)} - set(BUILT_IN)
    return (*BUILT_IN, *sorted(offered))


def _factory(name: str) -> Factory:
    """What makes the detector of that name; canonpose's own names cannot be taken."""
    if name in BUILT_IN:
        return _load(name, BUILT_IN[name])
    offered = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    if name in offered:
        return _load(name, offered[name])
    if ":" in name:
        return _load(name, name)
    raise InputError(
        f"unknown detector {name!r}: use one of {', '.join(detector_names())}, or module:Class."
    )


def _load(name: str, place: str) -> Factory:
    module, _, attribute = place.partition(":")
    try:
        factory = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"detector {name!r} cannot be loaded from {place} ({error}); install its package, or "
            f"correct the name."
        ) from error
    if not callable(factory):
        raise InputError(f"detector {name!r}: {place} is no class or function; name one.")
    made: Factory = factory
    return made
