"""Array shapes and types are checked at every call into canonpose while tests run.

Not in the command line, which holds no arrays and whose options begin as tyro's placeholders.
"""

from jaxtyping import install_import_hook

PACKAGES = (
    "chirality",
    "config_tables",
    "datamodel",
    "datasets",
    "demo",
    "device",
    "exporters",
    "files",
    "geometry",
    "inference",
    "lifter",
    "losses",
    "metrics",
    "npz",
    "people",
    "readers",
    "skeleton",
    "training",
)

install_import_hook([f"canonpose.{name}" for name in PACKAGES], "beartype.beartype")
