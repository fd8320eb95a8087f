"""When frames are joined over time, and by what."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.deployment.runtimes import lifting_by
from canonpose.errors import InputWarning
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, load_lifter, save_lifter
from canonpose.lifter.temporal import (
    TemporalConfig,
    TemporalLifter,
    TrainedTemporal,
    borrowed_temporal,
    save_temporal,
)
from canonpose.lifter.trained import FILES
from canonpose.skeleton import layout
from synthetic_people import RING3, bodies, keypoints, turning

SKELETON = layout("body25")
CLIP = keypoints(RING3.see(turning(bodies(20, SKELETON)))[:, 0], SKELETON, "c0", fps=25.0)
PICTURES = replace(CLIP, fps=None)


@pytest.fixture
def run(tmp_path):
    torch.manual_seed(0)
    save_lifter(TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=12)), SKELETON), tmp_path)
    return tmp_path


def lifted(run, clip, **options):
    return lifting_by("torch", str(run), "cpu", **options)(clip, None).positions


def by(run, clip, temporal):
    return lift(clip, load_lifter(run), temporal=temporal, device="cpu").positions


def test_a_run_borrows_for_recordings_alone(run):
    borrowed = borrowed_temporal(SKELETON)
    np.testing.assert_array_equal(lifted(run, CLIP), by(run, CLIP, borrowed))
    for clip in (PICTURES, replace(CLIP, fps=2.0)):
        np.testing.assert_array_equal(lifted(run, clip), by(run, clip, None))


def test_its_own_is_asked_for(run):
    network = TemporalLifter(len(SKELETON), TemporalConfig(window=9, width=4))
    own = TrainedTemporal(network.eval(), SKELETON)
    save_temporal(own, run, FILES.weights_hash(run))
    for clip in (CLIP, PICTURES):
        np.testing.assert_array_equal(lifted(run, clip), by(run, clip, own))


def test_single_frames_if_asked_for(run):
    alone = lifted(run, CLIP, single_frame=True)
    np.testing.assert_array_equal(alone, by(run, CLIP, None))
    assert np.abs(alone - lifted(run, CLIP)).max() > 1e-4


def test_frames_that_could_be_joined_if_their_rate_were_known(run):
    with pytest.warns(InputWarning, match=r"c0: does not tell its frame rate, .* --fps"):
        lifted(run, PICTURES)
    picture = replace(PICTURES, positions=CLIP.positions[:1], scores=CLIP.scores[:1])
    for clip, options in (
        (CLIP, {}),
        (picture, {}),
        (replace(CLIP, fps=2.0), {}),
        (PICTURES, {"single_frame": True}),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error", InputWarning)
            lifted(run, clip, **options)
