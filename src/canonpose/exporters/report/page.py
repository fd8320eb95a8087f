"""One HTML file of style, script and data, written in one go."""

from collections.abc import Sequence
from pathlib import Path

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.report.embedding import embed, file_name, to_script_json
from canonpose.exporters.report.parts import filled, page_part, security_policy
from canonpose.files import write_whole


def write_report(
    poses: Sequence[Poses], path: str | Path, *, titles: Sequence[str] | None = None
) -> Path:
    """Write a page that plays lifted views side by side, each beside its 2D input.

    The page needs no network and no other file: style, script and data are all inside.

    Parameters
    ----------
    poses : sequence of Poses
        One panel each, in this order. Lengths, skeletons and frame rates may differ.
    path : str or Path
        Where to write; a file that is there is replaced once the new one is complete.
    titles : sequence of str, optional
        A heading for every panel; without it, the camera's or the file's name.

    Returns
    -------
    Path
        The page written.

    Raises
    ------
    InputError
        If there is nothing to show, arrays do not fit each other, or the page cannot be written.

    """
    titles = _titles(poses, titles)
    for view, title in zip(poses, titles, strict=True):
        _check(view, title)
    views = [embed(view, title) for view, title in zip(poses, titles, strict=True)]
    write_whole(Path(path), _page(to_script_json({"views": views})))
    return Path(path)


def _titles(poses: Sequence[Poses], titles: Sequence[str] | None) -> list[str]:
    if not len(poses):
        raise InputError("the report has no views; give at least one lifted file.")
    if titles is None:
        return [
            view.camera or file_name(view.source) or f"view {number}"
            for number, view in enumerate(poses, start=1)
        ]
    if len(titles) != len(poses):
        raise InputError(
            f"the report has {len(poses)} views but {len(titles)} titles; give one title a view."
        )
    return [str(title) for title in titles]


def _check(view: Poses, title: str) -> None:
    """Raise where a view is empty or its arrays are of different shape."""
    where = f"{view.source or title}{f', camera {view.camera}' if view.camera else ''}"
    frames, joints = len(view), len(view.skeleton)
    if not frames:
        raise InputError(f"{where}: has no frames; lift a file that has some.")
    wanted = {
        "positions": (frames, joints, 3),
        "keypoints": (frames, joints, 2),
        "scores": (frames, joints),
    }
    for name, shape in wanted.items():
        if getattr(view, name).shape != shape:
            raise InputError(
                f"{where}: {name} is of shape {getattr(view, name).shape}, not {shape} as "
                f"skeleton {view.skeleton.name!r} asks for; lift the file again."
            )


def _page(data: str) -> str:
    style = page_part("base.css") + page_part("report.css")
    script = page_part("figure.js") + page_part("report.js")
    policy = security_policy(style, script)
    parts = {"policy": policy, "style": style, "script": script, "data": data}
    return filled(page_part("report.html"), parts)
