from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.datamodel import Capture, Take
from canonpose.errors import InputError
from canonpose.training.samples import samples_of
from synthetic_people import capture, keypoints


def without_camera(one: Take, camera: str) -> Take:
    return replace(one, views={name: view for name, view in one.views.items() if name != camera})


def hidden(view, frames=slice(None), joints=slice(None)):
    positions = view.positions.copy()
    positions[frames, joints] = np.nan
    return keypoints(positions, view.skeleton, view.camera)


def with_view(one: Take, view) -> Take:
    return replace(one, views={**one.views, view.camera: view})


def test_takes_are_stacked_and_normalised():
    footage, _ = capture(12, people=2)
    samples = samples_of(footage)
    root = footage.skeleton.root_index
    assert samples.positions.shape == (24, 3, len(footage.skeleton), 2)
    torch.testing.assert_close(samples.positions.norm(dim=(-2, -1)), torch.ones(24, 3))
    view = footage.takes[1].views["c2"].positions
    centred = torch.from_numpy(view - view[:, [root]])
    wanted = centred / centred.norm(dim=(-2, -1), keepdim=True)
    torch.testing.assert_close(samples.positions[12:, 2], wanted)
    assert samples.scores.all()
    assert samples.rigs.tolist() == [0] * 12 + [1] * 12


def test_takes_of_one_rig_share_its_number():
    footage, _ = capture(5, people=3)
    takes = tuple(
        replace(one, rig=rig) for one, rig in zip(footage.takes, ("b", "a", "b"), strict=True)
    )
    rigs = samples_of(replace(footage, takes=takes)).rigs
    assert rigs.tolist() == [1] * 5 + [0] * 5 + [1] * 5


def test_takes_are_cut_into_stretches():
    """Of the moments that are left: four of the first take are seen by one camera only."""
    footage, _ = capture(50, people=2)
    first, second = footage.takes
    for camera in ("c0", "c1"):
        first = with_view(first, hidden(first.views[camera], slice(4)))
    samples = samples_of(replace(footage, takes=(first, second)))
    assert samples.stretches.bincount().tolist() == [30, 16, 30, 20]
    assert torch.equal(samples.stretches, samples.stretches.sort().values)


def test_a_camera_that_a_take_lacks_is_a_missing_view():
    footage, _ = capture(6, people=2)
    whole = samples_of(footage)
    first, second = footage.takes
    samples = samples_of(replace(footage, takes=(without_camera(first, "c1"), second)))
    assert len(samples) == 12
    assert not samples.scores[:6, 1].any()
    assert not samples.positions[:6, 1].any()
    assert torch.equal(samples.positions[:6, [0, 2]], whole.positions[:6, [0, 2]])
    assert torch.equal(samples.positions[6:], whole.positions[6:])


def test_missing_joints_are_0_and_never_nan():
    footage, _ = capture(6)
    view = hidden(footage.takes[0].views["c0"], joints=[3, 9])
    samples = samples_of(replace(footage, takes=(with_view(footage.takes[0], view),)))
    assert torch.isfinite(samples.positions).all()
    assert not samples.scores[:, 0, [3, 9]].any()
    assert not samples.positions[:, 0, [3, 9]].any()
    assert samples.scores[:, 1:].all()


def test_moments_of_fewer_than_two_views_are_left_out_and_others_kept():
    footage, _ = capture(6)
    (one,) = footage.takes
    root = footage.skeleton.root_index
    one = with_view(one, hidden(one.views["c0"], frames=[1, 2, 4], joints=[root]))
    one = with_view(one, hidden(one.views["c1"], frames=[2, 4, 5]))
    samples = samples_of(replace(footage, takes=(one,)))
    seen = (samples.scores > 0).any(-1).int()
    assert seen.tolist() == [[1, 1, 1], [0, 1, 1], [1, 1, 1], [1, 0, 1]]


def test_nothing_shared_is_said():
    footage, _ = capture(6)
    (one,) = footage.takes
    for camera in ("c0", "c1"):
        one = with_view(one, hidden(one.views[camera]))
    with pytest.raises(InputError, match=r"synthetic: .*two cameras see the root joint 'pelvis'"):
        samples_of(replace(footage, takes=(one,)))


def test_the_fingerprint_follows_the_data():
    footage, _ = capture(6)
    again, _ = capture(6)
    other, _ = capture(6, seed=1)
    prints = [samples_of(some).fingerprint() for some in (footage, again, other)]
    assert prints[0] == prints[1] != prints[2]
    (take,) = footage.takes
    more = replace(take, name="more")
    two = Capture((take, more), footage.cameras, footage.skeleton)
    two_rigs = replace(two, takes=(take, replace(more, rig="another")))
    assert samples_of(two).fingerprint() != samples_of(two_rigs).fingerprint()
