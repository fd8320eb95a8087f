import warnings
from importlib import import_module

import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.metrics import (
    auc_rigid,
    auc_scale_aligned,
    correct_poses,
    cps,
    mirror_fits_better,
    n_mpjpe,
    p_mpjpe,
    pck_rigid,
    pck_scale_aligned,
    score,
)
from canonpose.metrics.scoring import check_pairs

ROOT = 3


def pair(poses=50, joints=8):
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(poses, joints, 3)) * 300
    predicted = (reference + rng.normal(size=reference.shape) * 70) / 1800
    return predicted, reference, rng.random((poses, joints)) < 0.9


def assert_same(one, other, **tolerance):
    for name in vars(one):
        wanted = getattr(other, name)
        assert getattr(one, name) == pytest.approx(wanted, **tolerance, nan_ok=True), name


def test_numbers_are_those_of_the_single_functions():
    x, y, valid = pair()
    valid[0, 3:] = False
    found = score(x, y, valid, root=ROOT)
    mirrored, defined = mirror_fits_better(x, y, valid)
    for name, wanted in (
        ("n_mpjpe", n_mpjpe(x, y, valid, root=ROOT)),
        ("p_mpjpe", p_mpjpe(x, y, valid)),
        ("pck_scale_aligned", pck_scale_aligned(x, y, valid, root=ROOT)),
        ("pck_rigid", pck_rigid(x, y, valid)),
        ("auc_scale_aligned", auc_scale_aligned(x, y, valid, root=ROOT)),
        ("auc_rigid", auc_rigid(x, y, valid)),
        ("cp180", correct_poses(x, y, valid)),
        ("cps", cps(x, y, valid)),
        ("mirrored_fraction", mirrored[defined].mean()),
        ("frames_scored", 49),
        ("frames_left_out", 1),
        ("frames_scale_aligned", valid[:, ROOT].sum()),
    ):
        assert getattr(found, name) == pytest.approx(wanted, rel=1e-12), name


@pytest.mark.parametrize("at_once", [1, 7, 50, 1000])
def test_poses_are_scored_alike_however_many_at_once(monkeypatch, at_once):
    x, y, valid = pair()
    whole = score(x, y, valid, root=ROOT)
    # By its module: the package has a function of the same name.
    monkeypatch.setattr(import_module("canonpose.metrics.pose_errors"), "POSES_AT_ONCE", at_once)
    assert_same(score(x, y, valid, root=ROOT), whole, rel=1e-12)


def test_numpy_and_torch_single_and_double_precision_agree():
    x, y, valid = pair()
    double = score(x, y, valid, root=ROOT)
    tensors = tuple(map(torch.from_numpy, (x, y, valid)))
    assert_same(score(*tensors, root=ROOT), double, rel=1e-12)
    single = score(tensors[0].float(), tensors[1].float(), tensors[2], root=ROOT)
    assert_same(single, double, rel=1e-4)
    mixed = score(tensors[0].float(), y, valid, root=ROOT)
    assert_same(mixed, double, rel=1e-5)


def test_read_only_and_reversed_arrays_are_taken_without_a_warning():
    x, y, valid = pair()
    wanted = score(x[::-1], y[::-1].copy(), valid[::-1], root=ROOT)
    for array in (x, y, valid):
        array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same(score(x, y, valid, root=ROOT), wanted, rel=1e-12)


def test_a_single_pose_and_more_leading_axes():
    x, y, _ = pair(poses=12)
    assert_same(score(x[0], y[0], root=ROOT), score(x[:1], y[:1], root=ROOT), rel=1e-12)
    grid = score(x.reshape(3, 4, 8, 3), y.reshape(3, 4, 8, 3), root=ROOT)
    assert_same(grid, score(x, y, root=ROOT), rel=1e-12)
    assert grid.frames_scored == 12


def test_a_perfect_prediction():
    _, y, valid = pair()
    found = score(y / 1800, y, valid, root=ROOT)
    assert found.n_mpjpe == pytest.approx(0, abs=1e-9)
    assert found.p_mpjpe == pytest.approx(0, abs=1e-6)
    assert found.pck_scale_aligned == found.pck_rigid == found.cp180 == 100
    assert found.cps == pytest.approx(300)
    assert found.mirrored_fraction == 0
    assert score(y, y, root=ROOT).auc_scale_aligned == 100


@pytest.mark.parametrize("nothing", ["no poses", "NaN", "not valid", "three joints"])
def test_nothing_to_score_is_nan_and_counted(nothing):
    x, y, valid = pair(poses=5)
    valid[:] = nothing != "not valid"
    if nothing == "no poses":
        x, y, valid = x[:0], y[:0], valid[:0]
    if nothing == "NaN":
        x[:] = np.nan
    if nothing == "three joints":
        valid[:, :ROOT] = valid[:, ROOT + 3 :] = False
    found = score(x, y, valid, root=ROOT)
    for name in ("p_mpjpe", "pck_rigid", "auc_rigid", "cp180", "cps", "mirrored_fraction"):
        assert np.isnan(getattr(found, name)), name
    assert (found.frames_scored, found.frames_left_out) == (0, len(x))
    # A scale is fitted to three joints as well.
    assert np.isnan(found.n_mpjpe) == (nothing != "three joints")


def test_one_bad_pose_leaves_the_others_alone():
    x, y, valid = pair()
    wanted = score(x[1:], y[1:], valid[1:], root=ROOT)
    x[0, 2:] = np.nan
    found = score(x, y, valid, root=ROOT)
    assert found.frames_left_out == 1
    for name in ("n_mpjpe", "p_mpjpe", "pck_rigid", "auc_scale_aligned", "cps"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-12)


def test_without_a_root_there_are_no_scale_aligned_metrics():
    x, y, valid = pair()
    found, known = score(x, y, valid, root=None), score(x, y, valid, root=ROOT)
    assert found.n_mpjpe is found.pck_scale_aligned is found.auc_scale_aligned is None
    assert found.frames_scale_aligned is None
    assert found.p_mpjpe == known.p_mpjpe and found.cps == known.cps


def test_arrays_that_do_not_pair_are_named():
    x, y, valid = pair()
    # Not by `score`, whose types are checked before in tests.
    for arrays, message in (
        ((x, y[:1], None), r"reference must be \[50, 8, 3\], and not \[1, 8, 3\]"),
        ((x, y, valid[:, :3]), r"valid must be \[50, 8\], and not \[50, 3\]"),
    ):
        with pytest.raises(InputError, match=message):
            check_pairs(*arrays)
