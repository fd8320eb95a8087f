from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.captures import (
    needs_layout,
    write_capture,
    write_keypoints,
    write_skeleton,
)
from canonpose.readers import read_capture, read_keypoints
from canonpose.skeleton import Skeleton, layout, layout_names, read_skeleton
from synthetic_people import capture

OWN = replace(layout("canonpose16"), name="own", derived={}, root="neck")


def test_keypoints_round_trip(tmp_path):
    view = capture(10)[0].takes[0].views["c1"]
    view = replace(view, fps=50.0, image_size=(640, 480))
    write_keypoints(view, tmp_path / "c1.npz")
    read = read_keypoints(tmp_path / "c1.npz")
    assert (read.fps, read.image_size, read.skeleton) == (50.0, (640, 480), view.skeleton)
    assert np.allclose(read.positions, view.positions, rtol=1e-6)
    assert np.array_equal(read.scores, view.scores)


@pytest.mark.parametrize("static", [None, True, False])
@pytest.mark.parametrize("skeleton", [layout("coco17"), OWN], ids=lambda s: s.name)
def test_capture_round_trip(tmp_path, static, skeleton):
    footage, _ = capture(10, people=2, skeleton=skeleton, static_cameras=static)
    takes = tuple(replace(take, subject='An "na"') for take in footage.takes)
    write_capture(replace(footage, takes=takes), tmp_path / "out")
    read = read_capture(tmp_path / "out")
    assert (read.static_cameras, read.cameras) == (static, footage.cameras)
    assert read.skeleton.root == skeleton.root
    assert read.skeleton.to_dict() == skeleton.to_dict()
    for ours, theirs in zip(takes, read.takes, strict=True):
        assert (theirs.name, theirs.subject) == (ours.name, ours.subject)
        for camera, view in ours.views.items():
            assert np.allclose(theirs.views[camera].positions, view.positions, rtol=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_in_use_is_left_alone(tmp_path):
    footage, _ = capture(5)
    (tmp_path / "out").mkdir()
    write_capture(footage, tmp_path / "out")  # an empty one is none
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(InputError, match="is there already"):
        write_capture(footage, tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_names_that_are_no_files(tmp_path):
    footage, _ = capture(5)
    take = replace(footage.takes[0], name="a/b")
    with pytest.raises(InputError, match="a/b"):
        write_capture(replace(footage, takes=(take,)), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_where_writing_fails(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_capture(capture(5)[0], tmp_path / "file" / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", layout_names())
def test_skeleton_round_trip(name, tmp_path):
    write_skeleton(layout(name), tmp_path / "skeleton.toml")
    assert read_skeleton(tmp_path / "skeleton.toml").to_dict() == layout(name).to_dict()


def test_only_unknown_skeletons_need_a_layout():
    assert not needs_layout(layout("coco17"))
    assert not needs_layout(layout("halpe26"))
    assert needs_layout(OWN)
    assert needs_layout(Skeleton("one", ("hat",), "hat"))
