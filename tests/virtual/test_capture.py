from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.skeleton import layout
from canonpose.virtual import Filming, NoiseConfig, RandomRig, RingRig, every_nth, film
from canonpose.virtual.cameras import focal_lengths, pinhole
from virtual.movers import mover

MOVEMENTS = ("static", "ptz", "handheld")


def filmed(*names, **more):
    motions = [mover(40, name=name, seed=place) for place, name in enumerate(names or ("clip",))]
    return film(motions, Filming(RingRig(3), **more), subject="anna")


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_the_truth_in_3d_projects_to_the_truth_in_2d(movement):
    take = filmed(movement=movement)[0]
    for camera in take.cameras:
        truth = take.labelled.truth_3d[camera.name].positions / 1000
        focal = focal_lengths(camera, 40)[:, None, None]
        pixels = focal * truth[..., :2] / truth[..., 2:] + np.array(camera.size) / 2
        exact = take.labelled.truth_2d[camera.name]
        np.testing.assert_allclose(exact.positions, pixels, atol=1e-2)
        assert (exact.scores == 1).all()


@pytest.mark.parametrize("movement", MOVEMENTS)
def test_the_truth_in_3d_is_the_motion(movement):
    motion = mover(40)
    truth = filmed(movement=movement)[0].labelled.truth_3d["cam2"].positions / 1000
    for points in (truth, motion.positions):
        assert np.isfinite(points).all()
    bones = motion.skeleton.bone_indices

    def lengths(points):
        return np.linalg.norm(points[:, bones[:, 0]] - points[:, bones[:, 1]], axis=-1)

    np.testing.assert_allclose(lengths(truth), lengths(motion.positions), atol=1e-6)
    # Not mirrored: the triple product of three bones keeps its sign and size.
    triple = [points[:, [1, 4, 7]] - points[:, [0]] for points in (truth, motion.positions)]
    np.testing.assert_allclose(*(np.linalg.det(vectors) for vectors in triple), atol=1e-6)


def test_detections_are_near_the_exact_positions():
    labelled = filmed(noise=NoiseConfig(swaps=0.0))[0].labelled
    for camera, view in labelled.take.views.items():
        off = np.linalg.norm(view.positions - labelled.truth_2d[camera].positions, axis=-1)
        height = np.ptp(labelled.truth_2d[camera].positions[..., 1], axis=1).mean()
        assert 0.002 * height < np.median(off) < 0.03 * height


def test_the_same_seed_gives_the_same_and_another_does_not():
    one, same, other = (filmed(seed=seed, movement="handheld")[0].labelled for seed in (1, 1, 2))
    view = one.take.views["cam1"]
    np.testing.assert_array_equal(view.positions, same.take.views["cam1"].positions)
    assert not np.allclose(view.positions, other.take.views["cam1"].positions)
    assert not np.allclose(
        one.truth_2d["cam1"].positions, other.truth_2d["cam1"].positions
    )  # the hand moved otherwise


def test_a_clips_noise_does_not_depend_on_the_others():
    alone = film([mover(40, name="b")], Filming(RingRig(3, radius=50.0)))[0].labelled
    among = film(
        [mover(30, name="a", seed=3), mover(40, name="b")], Filming(RingRig(3, radius=50.0))
    )
    wanted = alone.take.views["cam1"].scores
    np.testing.assert_array_equal(among[1].labelled.take.views["cam1"].scores, wanted)


def test_takes_of_a_subject_share_a_rig():
    takes = filmed("a", "b")
    assert [take.labelled.take.rig for take in takes] == ["anna", "anna"]
    for first, second in zip(takes[0].cameras, takes[1].cameras, strict=True):
        np.testing.assert_array_equal(first.rotation, second.rotation)


def test_every_clip_is_in_the_middle_of_the_room():
    far = replace(mover(40), positions=mover(40).positions + np.array([30.0, 2.0, -40.0]))
    near, moved = (film([m], Filming(RingRig(3)))[0].labelled for m in (mover(40), far))
    np.testing.assert_allclose(
        near.truth_2d["cam1"].positions, moved.truth_2d["cam1"].positions, atol=0.05
    )


def test_joints_outside_the_picture_are_not_detected():
    camera = pinhole("near", (400, 300), 500.0, np.array([0, 0.9, 2.6]), np.array([0, 0.9, 0]))
    labelled = film([mover(40)], cameras=[camera])[0].labelled
    view, exact = labelled.take.views["near"], labelled.truth_2d["near"].positions
    inside = ((exact >= 0) & (exact <= [399, 299])).all(-1)
    assert inside.any() and not inside.all()
    np.testing.assert_array_equal(view.scores > 0, inside)
    np.testing.assert_array_equal(np.isnan(view.positions).any(-1), ~inside)


def test_given_cameras_see_the_world_as_it_is():
    camera = pinhole("own", (1000, 1000), 900.0, np.array([0, 1, 6.0]), np.array([0, 1, 0.0]))
    motion = mover(10)
    labelled = film([motion], cameras=[camera])[0].labelled
    np.testing.assert_allclose(
        labelled.truth_3d["own"].positions / 1000, camera.to_camera(motion.positions), atol=1e-9
    )


def test_unknown_joints_are_unknown_in_all():
    positions = mover(40).positions.copy()
    positions[5, 3] = np.nan
    positions[7] = np.nan
    labelled = film([replace(mover(40), positions=positions)])[0].labelled
    for camera, view in labelled.take.views.items():
        assert (view.scores[5, 3], view.scores[7].max()) == (0, 0)
        assert not labelled.truth_3d[camera].valid[5, 3]
        assert labelled.truth_2d[camera].scores[7].max() == 0
        assert view.scores[6].min() > 0


def test_derived_joints_are_derived_from_detections():
    skeleton = layout("coco17")
    labelled = film([mover(20, skeleton=skeleton)])[0].labelled
    view = labelled.take.views["cam1"]
    hips = view.positions[:, skeleton.indices(("left_hip", "right_hip"))].mean(1)
    np.testing.assert_allclose(view.positions[:, skeleton.root_index], hips, rtol=1e-5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="two motions are named"):
        film([mover(), mover()])
    with pytest.raises(InputError, match="has other joints"):
        film([mover(), mover(name="b", skeleton=layout("coco17"))])
    with pytest.raises(InputError, match="no motion"):
        film([])
    away = pinhole("away", (400, 300), 500.0, np.array([0, 1, 5.0]), np.array([0, 1, 9.0]))
    with pytest.raises(InputError, match="ever sees"):
        film([mover()], cameras=[away])


def test_every_nth_thins_all_alike():
    labelled = film([mover(41)], Filming(RandomRig(2)))[0].labelled
    thin = every_nth(labelled, 4)
    assert len(thin.take) == 11
    for camera, view in thin.take.views.items():
        assert view.fps == 25 / 4
        np.testing.assert_array_equal(view.scores, labelled.take.views[camera].scores[::4])
        whole = labelled.truth_3d[camera].positions
        np.testing.assert_array_equal(thin.truth_3d[camera].positions, whole[::4])
        assert len(thin.truth_2d[camera]) == 11
