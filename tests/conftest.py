"""Array shapes and types are checked at every call into canonpose while tests run.

Not in the command line, which holds no arrays and whose options begin as tyro's placeholders.
"""

import os

# The networks of the tests are tiny: more threads than one cost more than they give.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from hypothesis import settings
from jaxtyping import install_import_hook

from chromium import browser as browser  # a fixture

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PACKAGES = (
    "anatomy",
    "association",
    "baselines",
    "benchmarking",
    "chirality",
    "config_checks",
    "config_tables",
    "corpus",
    "datamodel",
    "datasets",
    "demo",
    "deployment",
    "detection",
    "device",
    "exporters",
    "figures",
    "flips",
    "files",
    "folders",
    "fusing",
    "geometry",
    "inference",
    "lifter",
    "live",
    "losses",
    "metrics",
    "morphing",
    "network_files",
    "npz",
    "people",
    "pickles",
    "processor",
    "readers",
    "refining",
    "reproduce",
    "skeleton",
    "solving",
    "synchronisation",
    "temporal",
    "tensor_rows",
    "toml_text",
    "training",
    "uncertainty",
    "video",
    "virtual",
)

install_import_hook([f"canonpose.{name}" for name in PACKAGES], "beartype.beartype")
