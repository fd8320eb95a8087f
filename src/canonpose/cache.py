"""Where downloaded data are kept, outside the package."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """``$CANONPOSE_CACHE``, else ``canonpose`` in the user's cache folder."""
    if own := os.environ.get("CANONPOSE_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "canonpose"
