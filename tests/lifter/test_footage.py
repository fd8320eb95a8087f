from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError, InputWarning
from canonpose.lifter import footage as footage_file
from canonpose.lifter.footage import batches_of, footage_for
from canonpose.skeleton import Skeleton, layout
from synthetic_people import RING3, bodies, keypoints

COCO = layout("coco17")
SEEN = keypoints(RING3.see(bodies(6, COCO))[:, 0], COCO, "c0")


def without(joints, frames=slice(None)):
    positions, scores = SEEN.positions.copy(), SEEN.scores.copy()
    positions[frames, COCO.indices(joints)] = np.nan
    scores[frames, COCO.indices(joints)] = 0
    return replace(SEEN, positions=positions, scores=scores)


def test_the_lifter_s_own_joints_stay_as_they_are(recwarn):
    footage = footage_for(SEEN, COCO)
    seen = footage.keypoints
    assert np.array_equal(seen.positions, SEEN.positions)
    assert seen.positions.dtype == seen.scores.dtype == np.float32
    assert not footage.unseen.any()
    assert not recwarn.list


def test_frames_without_the_root_cannot_be_lifted():
    footage = footage_for(without([COCO.root], frames=2), COCO)
    assert footage.unseen.tolist() == [False, False, True, False, False, False]


def test_a_lifter_of_more_joints_guesses_them():
    with pytest.warns(InputWarning, match="^c0: lacks .*left_heel.*; they are guessed"):
        footage = footage_for(SEEN, layout("halpe26"))
    assert footage.keypoints.positions.shape == (6, len(layout("halpe26")), 2)
    assert footage.keypoints.skeleton == layout("halpe26")


def test_without_a_root_there_is_nothing_to_lift():
    with pytest.raises(InputError, match=r"^c0: the root joint 'pelvis' is seen in no frame"):
        footage_for(without([COCO.root]), COCO)
    tailed = Skeleton("tailed", ("nose", "tail"), "tail")
    with pytest.raises(InputError, match=r"^c0: has no joint 'tail'.* on the joints nose, tail\.$"):
        footage_for(SEEN, tailed)


def test_long_recordings_come_in_parts(monkeypatch):
    monkeypatch.setattr(footage_file, "BATCH", 4)
    normalised = footage_for(SEEN, COCO).normalised
    parts = list(batches_of(normalised, torch.device("cpu")))
    assert [len(positions) for positions, _ in parts] == [4, 2]
    positions, scores = (torch.cat(part) for part in zip(*parts, strict=True))
    assert torch.equal(positions, normalised.positions)
    assert torch.equal(scores, normalised.scores)
