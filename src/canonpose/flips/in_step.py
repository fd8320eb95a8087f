"""Flips mended among the views that are in step.

What a camera sees at another time looks like exchanged limbs to the others, at many moments or at
all of them where a motion is repeated mirror-wise, as in dances. Mended, it would seem to be in
step, and nobody would learn that it is not; and it misleads about the others' limbs.
"""

from collections.abc import Mapping

from canonpose.datamodel import Keypoints
from canonpose.flips.mending import mend_flips


def mend_in_step(views: Mapping[str, Keypoints]) -> tuple[dict[str, Keypoints], list[str]]:
    """As `mend_flips`, but for cameras that are out of step: they stay as detected and have no say.

    Which they are is asked only where there is something to mend.

    Parameters
    ----------
    views : mapping
        Camera to keypoints, all of the same frames and skeleton.

    Returns
    -------
    views : dict
        A view without flips is the very same object.
    notes : list of str
        What was changed, or not and why, a line for each camera.
    """
    mended, notes = mend_flips(views)
    if not notes:
        return mended, notes
    from canonpose.shifts.step import out_of_step  # needs SciPy, without which one lifts by ONNX

    astray = {one.camera: one for one in out_of_step(views, mended)}
    if not astray:
        return mended, notes
    others = {camera: view for camera, view in views.items() if camera not in astray}
    mended, notes = mend_flips(others)
    return {**views, **mended}, [
        *notes,
        *(
            f"{one}, so that its left and right limbs are not compared with theirs; `canonpose "
            f"sync` finds its offset"
            for one in astray.values()
        ),
    ]
