from dataclasses import replace

import numpy as np
import pytest

from canonpose.baselines import EpipolarConfig, MartinezConfig, pseudo_labels, train_epipolar
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.metrics import mirror_fits_better, n_mpjpe
from canonpose.skeleton import layout
from synthetic_people import Ring, bodies, take, turning

SKELETON = layout("coco17")
RING = Ring(distance=4.5)
KNOWN = EpipolarConfig(focal=1200.0, matches=800, frames=60)
HEIGHT_MM = 1750


def footage(people=1, frames=80, noise=0.0, ring=RING, rig=None):
    """A capture of people of one height, and their world points for every take."""
    worlds = [turning(bodies(frames, SKELETON, seed=s), seed=s) for s in range(people)]
    random = np.random.default_rng(0)
    takes = []
    for place, world in enumerate(worlds):
        one = take(world, SKELETON, ring, name=f"t{place}", rig=rig or f"r{place}")
        views = {
            name: replace(
                view,
                positions=view.positions + noise * random.standard_normal(view.positions.shape),
                image_size=(1920, 1920),
            )
            for name, view in one.views.items()
        }
        takes.append(replace(one, views=views))
    return Capture(tuple(takes), tuple(takes[0].views), SKELETON, True, ("synthetic",)), worlds


def errors(labels, worlds, ring=RING):
    """N-MPJPE in mm of every view's labels."""
    views = sorted(labels.takes[0])
    return [
        float(
            n_mpjpe(
                references[name].positions,
                ring.in_cameras(world)[:, view] * 1000,
                references[name].valid,
                root=SKELETON.root_index,
            )
        )
        for references, world in zip(labels.takes, worlds, strict=True)
        for view, name in enumerate(views)
    ]


def test_labels_of_exact_views_are_exact_in_every_camera_and_not_mirrored():
    capture, worlds = footage()
    labels = pseudo_labels(capture, KNOWN)
    assert max(errors(labels, worlds)) < 3
    for view, reference in enumerate(labels.takes[0].values()):
        truth = RING.in_cameras(worlds[0])[:, view] * 1000
        mirrored, defined = mirror_fits_better(reference.positions, truth, reference.valid)
        assert defined.all() and not mirrored.any()
        assert reference.valid.all() and reference.joints == SKELETON.joints


def test_labels_with_an_unknown_focal_length():
    capture, worlds = footage(frames=40)
    unknown = replace(KNOWN, focal=None, matches=300, frames=20)
    assert max(errors(pseudo_labels(capture, unknown), worlds)) < 8


def test_labels_of_two_cameras():
    ring = Ring(yaw=(0.0, 70.0), pitch=(5.0, -8.0), distance=4.5)
    capture, worlds = footage(ring=ring)
    assert max(errors(pseudo_labels(capture, KNOWN), worlds, ring)) < 3


def test_labels_of_noisy_views():
    capture, worlds = footage(noise=4.0, frames=200)
    assert np.mean(errors(pseudo_labels(capture, KNOWN), worlds)) < 35


def test_a_wrong_detection_is_outvoted_or_left_out():
    capture, worlds = footage()
    positions = capture.takes[0].views["c1"].positions.copy()
    wrist = SKELETON.index("left_wrist")
    positions[10:20, wrist] += 400
    view = replace(capture.takes[0].views["c1"], positions=positions)
    spoilt = replace(capture.takes[0], views={**capture.takes[0].views, "c1": view})
    labels = pseudo_labels(replace(capture, takes=(spoilt,)), KNOWN)
    assert max(errors(labels, worlds)) < 3
    three = {name: view for name, view in spoilt.views.items() if name != "c3"}
    few = replace(capture, takes=(replace(spoilt, views=three),), cameras=("c0", "c1", "c2"))
    valid = pseudo_labels(few, KNOWN).takes[0]["c0"].valid
    assert not valid[10:20, wrist].any() and valid.sum() == valid.size - 10


def test_every_rig_has_the_same_body_size():
    capture, _ = footage(people=2)
    labels = pseudo_labels(capture, KNOWN)
    assert labels.units == "body_height" and set(labels.cameras) == {"r0", "r1"}
    hip, knee = SKELETON.indices(["left_hip", "left_knee"])
    for references in labels.takes:
        positions = references["c0"].positions
        thigh = np.linalg.norm(positions[:, hip] - positions[:, knee], axis=-1)
        # Shares of body height that are not Winter's make the body a little taller or smaller.
        np.testing.assert_allclose(thigh, 0.245 * 1000, rtol=0.03)


def test_takes_of_one_rig_give_its_cameras_together():
    capture, worlds = footage(people=2, frames=50, rig="one")
    labels = pseudo_labels(capture, KNOWN)
    assert set(labels.cameras) == {"one"}
    assert max(errors(labels, worlds)) < 3


@pytest.mark.parametrize("static", [False, None])
def test_cameras_that_may_move_are_refused(static):
    capture, _ = footage(frames=10)
    with pytest.raises(InputError, match=r"synthetic: .* cameras that stand still"):
        pseudo_labels(replace(capture, static_cameras=static), KNOWN)


def test_cameras_that_see_nothing_in_common():
    capture, _ = footage(frames=2)
    with pytest.raises(InputError, match="rig 'r0': no two of c0, c1, c2, c3 see 50 joints"):
        pseudo_labels(capture, KNOWN)


def test_a_camera_that_cannot_be_placed_is_noted():
    capture, _ = footage()
    views = dict(capture.takes[0].views)
    views["c3"] = replace(views["c3"], scores=views["c3"].scores * 0)
    labels = pseudo_labels(replace(capture, takes=(replace(capture.takes[0], views=views),)), KNOWN)
    assert labels.notes == ("rig 'r0': c3 see too little that others see.",)
    assert set(labels.takes[0]) == {"c0", "c1", "c2"}


def test_a_lifter_learns_from_the_labels():
    capture, _ = footage()
    losses = []
    lifter = train_epipolar(
        capture,
        MartinezConfig(width=32, dropout=0.0, epochs=20, batch=32),
        KNOWN,
        progress=lambda p: losses.append(p.loss),
    )
    assert losses[-1] < 0.5 * losses[0]
    poses = lifter.lift(capture.takes[0].views["c0"])
    assert poses.units == "body_height"
    height = poses.positions[..., 1].max(1) - poses.positions[..., 1].min(1)
    assert 0.4 < np.median(height) < 1.1


@pytest.mark.parametrize(
    "wrong", [{"focal": 0.0}, {"matches": 0}, {"frames": 0}, {"max_error": 0.0}]
)
def test_settings_that_mean_nothing(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        EpipolarConfig(**wrong)
