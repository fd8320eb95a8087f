import warnings
from dataclasses import replace

import pytest

from canonpose.synchronisation.check import check_synchronisation
from synthetic_people import RING3, capture


def shifted(footage, camera, frames):
    take = footage.takes[0]
    views = {}
    for name, view in take.views.items():
        kept = slice(frames, None) if name == camera else slice(None, -frames)
        views[name] = replace(view, positions=view.positions[kept], scores=view.scores[kept])
    return replace(footage, takes=(replace(take, views=views),))


def test_cameras_that_fit_raise_no_alarm():
    footage, _ = capture(200, people=2)
    assert check_synchronisation(footage) == []


@pytest.mark.parametrize("camera", [f"c{i}" for i in range(len(RING3))])
def test_the_shifted_camera_is_named(camera):
    (doubt,) = check_synchronisation(shifted(capture(200)[0], camera, 20))
    assert doubt.camera == camera
    assert doubt.frames == pytest.approx(-20, abs=1)
    assert "begin" in str(doubt) and "later" in str(doubt) and "canonpose sync" in str(doubt)


def test_empty_views_are_passed_over():
    footage, _ = capture(60)
    view = footage.takes[0].views["c0"]
    blind = replace(view, scores=0 * view.scores)
    views = {**footage.takes[0].views, "c0": blind}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_synchronisation(replace(footage, takes=(replace(footage.takes[0], views=views),)))
