"""The clocks of all cameras of a capture, take by take."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from canonpose.readers.capture import take_plans
from canonpose.readers.layouts import Layout
from canonpose.readers.videos import Detect, detect_ahead, detect_by_default
from canonpose.synchronisation.take import TakeClocks, synchronise_take


def synchronise(
    capture: str | Path,
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    persons: Mapping[str, int] | None = None,
    detect: Detect = detect_by_default,
) -> list[TakeClocks]:
    """How the cameras of each take are shifted in time; nothing is written.

    `canonpose.synchronisation.settings_file.write_clocks` puts the result into ``capture.toml``.

    Parameters
    ----------
    capture : path
        A folder of takes, or a single take.
    cameras : sequence of str, optional
        The cameras to synchronise; the first one keeps offset 0.
    layout : Skeleton, layout name or TOML path, optional
        The skeleton of the files' joints, where they do not tell.
    persons : mapping, optional
        Camera to the number of the person to compare, from 1.
    detect : callable, optional
        Finds the people in a video.

    Returns
    -------
    list of TakeClocks
        In the order of the takes; ``problem`` says why one cannot be synchronised surely.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    plans = take_plans(capture, cameras=cameras, layout=layout, persons=persons)
    detect_ahead(detect, (path for plan in plans for path in plan.cameras.values()))
    return [synchronise_take(plan, detect) for plan in plans]
