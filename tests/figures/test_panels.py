import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.figures.panels import Box, bounding_box, frame_panel
from canonpose.plotting import new_figure


def test_panels_show_the_whole_box_in_equal_scale():
    figure = new_figure(5.0, 2.0, constrained=False)
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
