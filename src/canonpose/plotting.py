"""Pictures by matplotlib: made, styled and written in one way, without pyplot's global state."""

from pathlib import Path
from typing import TYPE_CHECKING

from canonpose.files import written_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150
_FORMATS = {"png", "svg", "pdf"}


def new_figure(width: float, height: float, *, constrained: bool = True) -> "Figure":
    """An empty white figure of inches, which no global list of figures knows.

    ``constrained`` has matplotlib place the panels; else `Figure.subplots_adjust` does.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to import
    from matplotlib.figure import Figure

    figure = Figure(
        figsize=(width, height),
        facecolor="white",
        layout="constrained" if constrained else None,
    )
    FigureCanvasAgg(figure)
    return figure


def style_axes(axes: "Axes", *, grid: bool = True) -> None:
    """No frame above and on the right; a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    if grid:
        axes.grid(alpha=0.3, linewidth=0.6)


def save_figure(figure: "Figure", path: str | Path) -> None:
    """Write PNG, SVG or PDF by the ending of ``path``, PNG without one of these.

    Raises
    ------
    InputError
        If the picture cannot be written; what was there before is still there.
    """
    ending = Path(path).suffix.lstrip(".").lower()
    kind = ending if ending in _FORMATS else "png"
    with written_whole(Path(path)) as temporary:
        figure.savefig(temporary, format=kind, dpi=DOTS_PER_INCH)
