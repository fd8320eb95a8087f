import matplotlib
import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.figures.canvas import Box, bounding_box, frame_panel, new_figure, save_figure

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize("ending", HEADS)
def test_pictures_are_of_the_kind_that_their_ending_says(tmp_path, ending):
    save_figure(new_figure(1.0, 1.0), tmp_path / f"a.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes().startswith(HEADS[ending])
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{ending}"]


def test_other_endings_are_png(tmp_path):
    save_figure(new_figure(1.0, 1.0), tmp_path / "a.picture")
    assert (tmp_path / "a.picture").read_bytes().startswith(HEADS["png"])


def test_what_was_there_stays_where_writing_fails(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"old")
    figure = new_figure(1.0, 1.0)

    def full(name, **options):
        name.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", full)
    with pytest.raises(InputError, match=r"a\.png: cannot be written"):
        save_figure(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_panels_show_the_whole_box_in_equal_scale():
    figure = new_figure(5.0, 2.0)
    axes = figure.add_subplot()
    frame_panel(axes, Box((10.0, 20.0), 3.0, 4.0))
    corners = axes.transAxes.inverted().transform(axes.transData.transform([(7, 16), (13, 24)]))
    assert corners.min() > -1e-9
    assert corners.max() < 1 + 1e-9
    width, height = np.abs(np.diff(axes.transData.transform([(0, 0), (1, 1)]), axis=0))[0]
    assert width == pytest.approx(height)


def test_no_finite_pose():
    with pytest.raises(InputError, match="no finite pose"):
        bounding_box(np.full((3, 3), np.nan), 0.1)


def test_figures_are_in_no_global_list():
    from matplotlib import _pylab_helpers

    before, backend = dict(_pylab_helpers.Gcf.figs), matplotlib.rcParams._get("backend")
    new_figure(1.0, 1.0)
    assert dict(_pylab_helpers.Gcf.figs) == before
    assert matplotlib.rcParams._get("backend") == backend
