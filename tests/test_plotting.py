import matplotlib
import pytest

from canonpose.errors import InputError
from canonpose.plotting import new_figure, save_figure, style_axes

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


def test_figures_are_in_no_global_list():
    from matplotlib import _pylab_helpers

    before, backend = dict(_pylab_helpers.Gcf.figs), matplotlib.rcParams._get("backend")
    new_figure(1.0, 1.0)
    assert dict(_pylab_helpers.Gcf.figs) == before
    assert matplotlib.rcParams._get("backend") == backend


@pytest.mark.parametrize("grid", [True, False])
def test_axes_have_no_frame_above_and_on_the_right(grid):
    axes = new_figure(1.0, 1.0).subplots()
    style_axes(axes, grid=grid)
    seen = {side for side, spine in axes.spines.items() if spine.get_visible()}
    assert seen == {"bottom", "left"}
    assert all(line.get_visible() == grid for line in axes.get_xgridlines())
