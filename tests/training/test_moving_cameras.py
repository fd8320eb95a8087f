"""Cameras that swing around people: does a training from random weights end in one world?"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.inference import lift
from canonpose.lifter import LifterConfig
from canonpose.metrics import p_mpjpe
from canonpose.training import preset, train
from synthetic_people import Ring, capture

RING = Ring(distance=5.0)
FRAMES = 300
SWING = 25.0
"""Degrees about the vertical, to either side; each camera by itself."""


@pytest.fixture(scope="module")
def footage():
    """Three people; relative rotations change by up to 100 degrees in the course of a take."""
    still, worlds = capture(FRAMES, people=3, ring=RING, effort=0.4, static_cameras=False)
    takes = [_swinging(*filmed) for filmed in zip(still.takes, worlds, range(3), strict=True)]
    return replace(still, takes=tuple(takes))


def _swinging(take, points, person):
    phase = 3 * np.pi * np.arange(FRAMES) / FRAMES
    swing = [SWING * np.sin(phase + 1.7 * view + person) for view in range(len(RING))]
    yaws = np.add(np.array(RING.yaw)[:, None], swing).T
    seen = [replace(RING, yaw=tuple(yaw)).see(pose) for yaw, pose in zip(yaws, points, strict=True)]
    positions = np.stack(seen, axis=1).astype(np.float32)
    views = {
        camera: replace(view, positions=positions[place])
        for place, (camera, view) in enumerate(take.views.items())
    }
    return replace(take, views=views)


def test_a_training_from_random_weights_ends_in_one_world(footage):
    """Measured: 51 mm by seeds 0 and 1; without ``camera_moving`` 163 and 216, and no sure vote."""
    config = preset("moving", lifter=LifterConfig(width=64), start_from="nothing")
    config = replace(config, epochs=1, min_steps=600, batch=32, learning_rate=3e-3)
    lifter = train(footage, None, config, device="cpu")
    assert abs(lifter.provenance["chirality"]["margin"]) > 0.95
    test, (points,) = capture(100, ring=RING, seed=7, effort=0.4)
    truth = torch.from_numpy(RING.in_cameras(points))
    errors, mirrored = [], []
    for place, view in enumerate(test.takes[0].views.values()):
        lifted = torch.from_numpy(lift(view, lifter).positions).to(truth)
        errors.append(p_mpjpe(lifted, truth[:, place]) * 1000)
        mirrored.append(p_mpjpe(lifted * torch.tensor([1, 1, -1]), truth[:, place]) * 1000)
    assert torch.stack(errors).mean() < 75
    assert (torch.stack(mirrored) < torch.stack(errors)).double().mean() < 0.02
