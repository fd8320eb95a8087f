"""Captures to a store, take by take."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from canonpose.errors import InputError, InputWarning
from canonpose.files import short_list
from canonpose.people.agreement import VoteOn
from canonpose.readers.capture import plan_capture
from canonpose.readers.fit import TakesFit
from canonpose.readers.layouts import Layout
from canonpose.readers.videos import Detect, detect_by_default
from canonpose.synchronisation.check import doubts, looked_at
from canonpose.training.samples import samples_of_take
from canonpose.training.store.card import StoreCard, StoredTake, write_card
from canonpose.training.store.writing import new_store


def pack(
    captures: str | Path | Iterable[str | Path],
    store: str | Path,
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    static_cameras: bool | None = None,
    persons: Mapping[str, int] | None = None,
    detect: Detect = detect_by_default,
    vote: VoteOn | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> StoreCard:
    """Write what a training sees of captures into a folder, for footage that exceeds the memory.

    Takes are read one after the other: what is in memory is one take, and one file of the store.
    The folder appears when all of it is written. Cameras that seem not to be in step bring a
    warning, and another one when training begins.

    Parameters
    ----------
    captures : path or paths
        Folders, read as by `canonpose.read_capture`, whose other arguments these are.
    store : path
        The folder to write; must be new or empty.
    progress : callable, optional
        Told after each take how many are done, of how many.

    Raises
    ------
    InputError
        If a file cannot be used, takes do not fit each other, no moment is seen by two cameras, or
        the store cannot be written.
    """
    plan = plan_capture(
        captures, cameras=cameras, layout=layout, static_cameras=static_cameras, persons=persons
    )
    fit = TakesFit(plan.sources)
    takes, notes = [], []
    doubted: list[str] = []
    checked = set(looked_at(range(len(plan))))
    with new_store(Path(store)) as writer:
        for number, (take, said) in enumerate(plan.read(detect, vote)):
            fit.add(take)
            skeleton = next(iter(take.views.values())).skeleton
            samples = samples_of_take(take, plan.cameras, skeleton)
            writer.add(samples)
            takes.append(StoredTake(take.name, take.rig, len(samples)))
            notes += said
            if number in checked:
                doubted += map(str, doubts(take))
            if progress is not None:
                progress(number + 1, len(plan))
        writer.flush()
        skeleton = fit.skeleton()
        if not writer.files:
            raise InputError(
                f"{short_list(plan.sources)}: there is no frame in which two cameras see the root "
                f"joint {skeleton.root!r}; check that the cameras are synchronised, and film the "
                f"same person."
            )
        card = StoreCard(
            skeleton=skeleton,
            cameras=plan.cameras,
            static_cameras=plan.static_cameras,
            takes=tuple(takes),
            files=tuple(writer.files),
            sources=plan.sources,
            notes=tuple(notes),
            doubts=tuple(doubted),
        )
        write_card(card, writer.folder)
    for doubt in doubted:
        warnings.warn(doubt, InputWarning, stacklevel=2)
    return card
