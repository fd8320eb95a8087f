import os

import pytest

from canonpose.detection.blazepose.notices import without_notices


def test_notices_are_dropped_and_warnings_kept(capfd):
    with without_notices():
        os.write(2, b"INFO: Created a delegate.\nWARNING: of half a network\n")
        os.write(2, b"what: INFO: is\nINFO: of no use")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "WARNING: of half a network\nwhat: INFO: is\nafterwards\n"


def test_errors_come_through(capfd):
    with pytest.raises(ValueError, match="no network"), without_notices():
        os.write(2, b"INFO: a\nERROR: b\n")
        raise ValueError("no network")
    assert capfd.readouterr().err == "ERROR: b\n"
