"""The page on which a live view is seen: one file, which shares its drawing with the report."""

from dataclasses import dataclass
from importlib import resources
from typing import Any

from canonpose.exporters.report.embedding import to_script_json
from canonpose.exporters.report.parts import filled, page_part, security_policy
from canonpose.skeleton import Skeleton

_PARTS = resources.files("canonpose.live")


@dataclass(frozen=True)
class Page:
    """A page in bytes, and what a browser should let it do."""

    content: bytes
    policy: str
    """Content security policy: this very style and script, and questions to its own server."""


def live_page(source: str, detector: str, skeleton: Skeleton, units: str) -> Page:
    """The page of one live view.

    Parameters
    ----------
    source, detector : str
        Their names, for the heading.
    skeleton : Skeleton
        Of the poses to come.
    units : str
        "m", "body_height" or "bone_length".
    """
    facts: dict[str, Any] = {
        "source": source,
        "detector": detector,
        "units": units,
        "joints": list(skeleton.joints),
        "sides": "".join(side[0] for side in skeleton.sides),
        "bones": skeleton.bone_indices.tolist(),
    }
    style = page_part("base.css") + _part("live.css")
    script = page_part("figure.js") + _part("live.js")
    parts = {"style": style, "script": script, "data": to_script_json(facts)}
    policy = security_policy(style, script, connect_src="'self'", frame_ancestors="'none'")
    return Page(filled(_part("live.html"), parts).encode("utf-8"), policy)


def _part(name: str) -> str:
    return (_PARTS / name).read_text("utf-8")
