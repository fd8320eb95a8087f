"""The tests of ``connected.py``, in a session of their own."""

import subprocess
import sys
from pathlib import Path

from training.processes import LINUX

TESTS = Path(__file__).with_name("connected.py")


@LINUX
def test_several_processes():
    """They are forked, and a fork of a session like this hangs on locks of PyTorch's threads."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout
