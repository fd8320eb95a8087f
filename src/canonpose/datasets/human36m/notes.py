"""What the reader decided and a user should know."""

from collections.abc import Iterator, Mapping, Sequence

from canonpose.datasets.dataset import LabelledTake
from canonpose.datasets.human36m.contents import PIXELS, Contents
from canonpose.datasets.human36m.protocol import CAMERAS, skeleton
from canonpose.datasets.human36m.sources import Sources
from canonpose.files import short_list


def notes_on(contents: Contents, sources: Sources, every: int) -> Iterator[str]:
    """Sentences on what is there, what is not and what follows."""
    if contents.authors:
        yield (
            f"trained on {contents.authors.name} of the paper's authors, which holds no 3D and no "
            f"exact 2D"
        )
    if sources.detected and sources.pixels:
        yield (
            f"{sources.pixels.source}: holds no confidences, so every joint detected has score 1"
        )
    elif contents.has_3d or not contents.authors:
        yield (
            f"there is no {PIXELS}<detector>.npz, so the exact 2D stands in for detections"
            f"{' in the test' if contents.authors else ''}"
        )
    if not contents.has_3d:
        yield "there is no 3D, so there is nothing to test on and no skeleton morphing to learn"
        return
    lacks = [joint for joint in skeleton().joints if joint not in sources.skeleton]
    without = f", for the detector has no {lacks[0]}" if lacks else ""
    yield f"tested on every {every}th frame, over {len(sources.skeleton)} joints{without}"


def notes_on_takes(takes: Mapping[str, Sequence[LabelledTake]]) -> Iterator[str]:
    """Sentences on the subjects (of the mapping) and cameras that are not there."""
    for subject, of_subject in takes.items():
        if not of_subject:
            yield f"{subject} is not there, so skeleton morphing cannot be learned"
    for one in (one for of_subject in takes.values() for one in of_subject):
        if missing := [camera for camera in CAMERAS if camera not in one.take.views]:
            yield f"{one.take.name}: has no camera {short_list(missing)}"
