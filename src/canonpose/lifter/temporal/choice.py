"""Which temporal lifter joins the frames of a lifter's recordings."""

from pathlib import Path

import torch

from canonpose.lifter.naming import folder_named, pretrained_folder
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.temporal.trained import TrainedTemporal, temporal_beside
from canonpose.lifter.trained import FILES, load_lifter
from canonpose.skeleton import Skeleton


def own_temporal(name: str | Path) -> TrainedTemporal | None:
    """The temporal lifter that was trained over the lifter of that name; see `lifter_named`.

    Raises
    ------
    InputError
        If there is no such lifter, or the files are damaged.
    """
    folder = folder_named(name)
    return temporal_beside(folder, FILES.weights_hash(folder))


def temporal_of(name: str | Path) -> TrainedTemporal | None:
    """The temporal lifter of a lifter's own, else what it can borrow.

    Raises
    ------
    InputError
        If there is no such lifter, or files are damaged.
    """
    return own_temporal(name) or borrowed_temporal(load_lifter(folder_named(name)).skeleton)


def borrowed_temporal(skeleton: Skeleton) -> TrainedTemporal | None:
    """What any lifter of these joints can use of the temporal lifter that comes with canonpose.

    Raises
    ------
    InputError
        If its files are damaged.
    """
    pretrained = own_temporal(pretrained_folder())
    return None if pretrained is None else mean_for(skeleton, pretrained)


@torch.no_grad()
def mean_for(skeleton: Skeleton, source: TrainedTemporal) -> TrainedTemporal:
    """A temporal lifter of other joints that takes a mean over the window as another one does.

    How much frames count for a joint, by how sure it is seen in them, hardly depends on the lifter.
    Where another detector has the joints does; so of the source's correction there is nothing in
    it. Joints that the source does not know count as those that they hang on.
    """
    network = TemporalLifter(len(skeleton), source.network.config)
    theirs = source.skeleton
    known = [skeleton.nearest_known(joint, theirs) or theirs.root for joint in skeleton.joints]
    hosts = theirs.indices(known)
    network.share.copy_(source.network.share[:, hosts])
    network.share_of_score.copy_(source.network.share_of_score[hosts])
    return TrainedTemporal(network.eval(), skeleton, source.provenance)
