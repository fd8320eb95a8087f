"""The baseline of epipolar pseudo labels, after EpipolarPose (Kocabas et al., CVPR 2019).

EpipolarPose knows the intrinsics, takes the relative pose of two cameras from an essential matrix,
triangulates, and trains a network on the result, which reads images. Here the focal length may be
unknown, the network is the supervised lifter, and the cameras of a rig are chained into one frame
where there are more than two, so that each point rests on all views that agree.
"""

from collections.abc import Callable

from canonpose.baselines.martinez import MartinezConfig
from canonpose.baselines.pseudo_labels import pseudo_labels
from canonpose.baselines.self_calibration import EpipolarConfig
from canonpose.baselines.supervised import SupervisedProgress, train_supervised
from canonpose.baselines.trained import SupervisedLifter
from canonpose.datamodel import Capture


def train_epipolar(
    capture: Capture,
    config: MartinezConfig | None = None,
    epipolar: EpipolarConfig | None = None,
    *,
    device: str = "auto",
    progress: Callable[[SupervisedProgress], None] | None = None,
) -> SupervisedLifter:
    """Train the supervised lifter on pseudo labels from epipolar geometry.

    Parameters
    ----------
    capture : Capture
        Static cameras, two or more.
    config : MartinezConfig, optional
        Of the lifter and its training.
    epipolar : EpipolarConfig, optional
        Of the labels.
    device, progress
        As in `train_supervised`.

    Raises
    ------
    InputError
        As `pseudo_labels` and `train_supervised` do.
    """
    labels = pseudo_labels(capture, epipolar)
    return train_supervised(
        labels.views(capture), config, units=labels.units, device=device, progress=progress
    )
