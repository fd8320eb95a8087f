"""``python -m canonpose``."""

import sys

from canonpose.cli.main import main

sys.exit(main())
