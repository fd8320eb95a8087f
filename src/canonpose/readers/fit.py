"""Whether takes can be trained on together, asked while they are read one by one."""

from collections.abc import Sequence

import numpy as np

from canonpose.datamodel import Keypoints, Take
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.readers.takes import check_same_skeleton
from canonpose.skeleton import Skeleton


class TakesFit:
    """Whether takes can be trained on together: one skeleton, each of whose joints is seen."""

    def __init__(self, sources: Sequence[str]):
        self._sources = sources
        self._first: Keypoints | None = None
        self._seen: np.ndarray | None = None

    def add(self, take: Take) -> None:
        """One more take.

        Raises
        ------
        InputError
            If its joints are others than those of the takes before.
        """
        views = list(take.views.values())
        self._first = first = self._first or views[0]
        check_same_skeleton((first.source, first.skeleton), (views[0].source, views[0].skeleton))
        seen = np.any([view.seen.any(0) for view in views], axis=0)
        self._seen = seen if self._seen is None else self._seen | seen

    def skeleton(self) -> Skeleton:
        """The skeleton of all takes.

        Raises
        ------
        InputError
            If a joint was never seen.
        """
        if self._first is None or self._seen is None:
            raise InputError(f"{short_list(self._sources)}: there is no take.")
        skeleton = self._first.skeleton
        never = [joint for joint, seen in zip(skeleton.joints, self._seen, strict=True) if not seen]
        if never:
            raise InputError(
                f"{short_list(self._sources)}: joint {short_list(never)} is never detected by any "
                f"camera; name it in leave_out_joints in capture.toml, or pass a layout without it."
            )
        return skeleton
