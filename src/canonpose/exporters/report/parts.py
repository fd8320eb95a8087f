"""Pages from their parts: what the pages of canonpose share, and what a browser lets them do."""

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib import resources

_PARTS = resources.files("canonpose.exporters.report")
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def page_part(name: str) -> str:
    """A piece of a page, as its file has it."""
    return (_PARTS / name).read_text("utf-8")


def filled(template: str, parts: Mapping[str, str]) -> str:
    """A page with the shared legend and its own parts in it.

    In a single pass, so that parts cannot name parts.
    """
    every = {"legend": page_part("legend.html"), **parts}
    return _SLOT.sub(lambda slot: every[slot[1]], template)


def security_policy(style: str, script: str, **more: str) -> str:
    """Content security policy: this very style and script may act, and nothing may be fetched.

    ``more`` are further directives, with ``_`` for ``-``.
    """
    directives = {
        "default-src": "'none'",
        "style-src": f"'{_hash(style)}'",
        "script-src": f"'{_hash(script)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _hash(text: str) -> str:
    """What a content security policy knows a style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
