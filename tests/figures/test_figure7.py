from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.figures import figure7
from canonpose.figures.canonical import HIPS

from .lifted import COCO, DOTS, lifted, truth, without_frames

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
GAUGE = Rotation.from_euler("xyz", (10, 120, 70), degrees=True).as_matrix()


def one_take(seed=0, **options):
    """Views of the same people, each with its own errors."""
    views = {}
    for place, camera in enumerate(("c0", "c1", "c2")):
        poses = lifted(30, seed=seed, **options)
        shaken = poses.canonical + np.random.default_rng(place).normal(
            0, 0.005, poses.canonical.shape
        ).astype(np.float32)
        shaken -= shaken[:, [poses.skeleton.root_index]]
        views[camera] = replace(poses, canonical=shaken, camera=camera)
    return views


@pytest.mark.parametrize("ending", HEADS)
def test_picture(tmp_path, ending):
    drawn = figure7([one_take(), one_take(1)], tmp_path / f"a.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes().startswith(HEADS[ending])
    assert list(drawn.hips) == list(HIPS)
    assert len(set(drawn.moments)) == 2
    assert len(set(drawn.sampled)) == 10
    assert drawn.hips["left_hip"].poses == 2 * 3 * 30


def test_the_picture_tells_the_number(tmp_path):
    hips = figure7([one_take()], tmp_path / "a.svg").hips
    assert f"right hip {hips['right_hip'].distance:.1f} mm" in (tmp_path / "a.svg").read_text()


def test_the_gauge_changes_neither_choice_nor_distance(tmp_path):
    plain = figure7([one_take()], tmp_path / "a.png")
    turned = one_take()
    for camera, poses in turned.items():
        canonical = (poses.canonical @ GAUGE.T).astype(np.float32)
        rotation = (poses.rotation @ GAUGE.T).astype(np.float32)
        turned[camera] = replace(poses, canonical=canonical, rotation=rotation)
    other = figure7([turned], tmp_path / "b.png")
    assert (other.moments, other.sampled) == (plain.moments, plain.sampled)
    for hip in HIPS:
        assert other.hips[hip].distance == pytest.approx(plain.hips[hip].distance, rel=1e-4)


def test_views_that_agree_are_not_apart(tmp_path):
    poses = lifted(9)
    drawn = figure7([{"a": poses, "b": poses}], tmp_path / "a.png", moments=[(0, 4)])
    assert drawn.moments == ((0, 4),)
    assert drawn.view_spread == (pytest.approx(0, abs=1e-6),)


def test_one_pose_again_and_again_does_not_scatter(tmp_path):
    poses = lifted(9)
    still = replace(poses, canonical=np.repeat(poses.canonical[:1], 9, axis=0))
    drawn = figure7([{"a": still}], tmp_path / "a.png", sample=3)
    assert len(drawn.moments) == 1
    assert drawn.hips["left_hip"].distance == pytest.approx(0, abs=1e-3)


def test_the_draw_depends_on_the_seed_alone(tmp_path):
    draws = [figure7([one_take()], tmp_path / "a.png", seed=s).sampled for s in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_frames_without_a_pose_are_skipped(tmp_path):
    views = one_take()
    views["c1"] = without_frames(views["c1"], list(range(25)))
    drawn = figure7([views], tmp_path / "a.png", sample=60)
    assert all(frame >= 25 for _, frame in drawn.moments)
    assert all(frame >= 25 for _, view, frame in drawn.sampled if view == "c1")
    assert drawn.hips["left_hip"].poses == 65


def test_scale_by_references_and_dots_alone(tmp_path):
    views = one_take(skeleton=DOTS, units="body_height")
    drawn = figure7([views], tmp_path / "a.png", references=[truth(views["c0"])])
    metric = figure7([one_take(skeleton=DOTS)], tmp_path / "b.png")
    for hip in HIPS:
        assert drawn.hips[hip].distance == pytest.approx(metric.hips[hip].distance, rel=0.05)


def test_errors_are_one_sentence(tmp_path):
    path, views = tmp_path / "a.png", one_take()
    no_hips = COCO.without([])
    no_hips = replace(
        no_hips,
        joints=tuple(j.replace("hip", "haunch") for j in no_hips.joints),
        parents={},
        derived={},
        pairs=(),
    )
    with pytest.raises(InputError, match="no poses to draw"):
        figure7([], path)
    with pytest.raises(InputError, match="has no joint 'right_hip'"):
        figure7([{"a": replace(lifted(3), skeleton=no_hips)}], path)
    with pytest.raises(InputError, match="of one lifter"):
        figure7([{**views, "d": replace(lifted(30), skeleton=no_hips)}], path)
    with pytest.raises(InputError, match="different numbers of frames"):
        figure7([{**views, "d": lifted(3)}], path)
    with pytest.raises(InputError, match="1 takes and 2 references"):
        figure7([views], path, references=[truth(lifted(30))] * 2)
    with pytest.raises(InputError, match="how many millimetres"):
        figure7([one_take(units="body_height")], path)
    with pytest.raises(InputError, match="take 0 has no frame 30"):
        figure7([views], path, moments=[(0, 30)])
    with pytest.raises(InputError, match="no whole pose"):
        figure7([{"a": without_frames(lifted(2), [0, 1])}], path)
    assert not path.exists()
