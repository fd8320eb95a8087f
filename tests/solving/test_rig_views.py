from dataclasses import replace

import pytest

from canonpose.errors import InputError
from canonpose.solving.rig_views import cameras_of_guessed_size, rig_views
from solving.rigs import SKELETON, scene


def sized(take, sizes):
    views = {
        name: replace(view, image_size=sizes.get(name, view.image_size))
        for name, view in take.views.items()
    }
    return replace(take, views=views)


@pytest.fixture(scope="module")
def takes():
    return scene(frames=4, people=3).capture.takes


def test_pictures_of_several_sizes_are_no_one_rig(takes):
    mixed = (takes[0], sized(takes[1], {"c2": (3840, 2160)}), takes[2])
    says = r"camera 'c2': its pictures are 1920x1920 in takes t0, t2 and 3840x2160 in take t1,.*"
    with pytest.raises(InputError, match=f"{says}apart.*without --one-rig"):
        rig_views(mixed, ("c0", "c1", "c2", "c3"), SKELETON)


def test_cameras_may_differ_and_sizes_may_be_unknown(takes):
    own = {"c1": (3840, 2160), "c3": (1280, 720)}
    alike = [sized(take, own) for take in takes]
    unknown = sized(takes[0], {name: None for name in takes[0].views})
    views = rig_views([unknown, *alike], ("c0", "c1", "c2", "c3"), SKELETON)
    assert views.sizes == ((1920, 1920), (3840, 2160), (1920, 1920), (1280, 720))


def test_a_size_is_a_guess_where_no_take_tells_it(takes):
    untold = [sized(take, {"c2": None}) for take in takes]
    untold[0] = sized(untold[0], {"c1": None})
    assert cameras_of_guessed_size(untold) == ("c2",)
    assert cameras_of_guessed_size(takes) == ()
