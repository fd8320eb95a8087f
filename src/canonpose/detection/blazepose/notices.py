"""Keeping a library's notices from the terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
NOTICE = b"INFO: "


@contextmanager
def without_notices() -> Iterator[None]:
    """Drop the lines of standard error that only inform; all others come out at the end.

    TensorFlow Lite writes past Python, and has no switch for it: a line for every network.
    """
    with tempfile.TemporaryFile() as written:
        sys.stderr.flush()
        terminal = os.dup(STDERR)
        os.dup2(written.fileno(), STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, STDERR)
            os.close(terminal)
            written.seek(0)
            for line in written:
                if not line.startswith(NOTICE):
                    os.write(STDERR, line)
