from pathlib import Path

import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.datasets.virtual import read
from canonpose.errors import InputError
from virtual.movers import mover, write_motion

CMU = Path(__file__).parents[3] / "shared" / "data" / "cmu"
SUBJECTS = {"subject01": 6, "subject02": 1, "subject10": 2, "walk": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("motion")
    for subject, clips in SUBJECTS.items():
        for clip in range(1, clips + 1):
            motion = mover(24, seed=len(subject) + clip)
            write_motion(motion, folder / f"{subject}_{clip:02}.npz")
    (folder / "README.md").write_text("not motion")
    return folder


def names(takes):
    return {labelled.take.name for labelled in takes}


def test_subjects_and_clips_are_kept_apart(folder):
    data = read(folder)
    assert names(data.test) == {"subject10_01", "subject10_02", "subject01_05", "walk_05"}
    assert names(data.morphing) == {"subject02_01"}
    assert names(data.training) == {
        *(f"subject01_0{clip}" for clip in (1, 2, 3, 4, 6)),
        *(f"walk_0{clip}" for clip in (1, 2, 3, 4)),
    }
    assert {labelled.take.rig for labelled in data.training} == {"subject01", "others"}


def test_every_view_has_its_truth(folder):
    data = read(folder, every=3, test_every=6)
    for labelled in (*data.training, *data.test, *data.morphing):
        assert set(labelled.truth_3d) == set(labelled.truth_2d) == set(data.cameras)
        assert len(labelled.truth_3d["cam1"]) == len(labelled.take)
    assert {len(labelled.take) for labelled in data.training} == {8}
    assert {len(labelled.take) for labelled in data.test} == {4}
    assert data.with_true_2d().capture().static_cameras


@pytest.mark.parametrize(("motion", "cameras"), [("ptz", 6), ("handheld", 4), ("static", 3)])
def test_kinds_of_cameras(folder, motion, cameras):
    data = read(folder, motion=motion, cameras=cameras)
    assert len(data.cameras) == cameras
    assert data.static_cameras == (motion == "static")


def test_the_seed_changes_noise_but_not_still_cameras(folder):
    one, other = (read(folder, seed=seed).training[0] for seed in (0, 1))
    np.testing.assert_array_equal(one.truth_3d["cam1"].positions, other.truth_3d["cam1"].positions)
    assert not np.allclose(one.take.views["cam1"].scores, other.take.views["cam1"].scores)


def test_each_subject_has_a_rig_of_its_own(folder):
    # The same clip under two subjects' names is seen from two sides.
    whole = read(folder)
    seen = {}
    for labelled in (*whole.training, *whole.test):
        if labelled.take.name in ("subject01_01", "subject10_01"):
            seen[labelled.take.subject] = labelled.truth_3d["cam1"].positions[0]
    one, other = (points - points[:1] for points in seen.values())
    np.testing.assert_allclose(np.linalg.norm(one, axis=-1), np.linalg.norm(other, axis=-1))
    assert not np.allclose(one, other, atol=10)


def test_too_little_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no motion"):
        read(tmp_path)
    write_motion(mover(10), tmp_path / "walk_1.npz")
    with pytest.raises(InputError, match="too few clips"):
        read(tmp_path)


@pytest.mark.skipif(not CMU.is_dir(), reason="the shared motion capture is not here")
def test_real_motion_is_enough_to_train_on():
    data = read_dataset("virtual", CMU)
    assert sum(len(labelled.take) for labelled in data.training) > 10_000
    assert sum(len(labelled.take) * 4 for labelled in data.test) > 3_000
    assert "left_big_toe" in data.skeleton
    assert {labelled.take.subject for labelled in data.morphing} == {"subject02"}
