import os

import pytest

from canonpose import cores
from canonpose.cores import available_cores
from canonpose.corpus.engine import EngineSettings


@pytest.fixture
def quota(tmp_path, monkeypatch):
    monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(("text", "cores"), [("150000 100000", 2), ("100000 100000", 1)])
def test_a_container_gets_no_more_than_its_quota(quota, text, cores):
    quota.write_text(text)
    assert available_cores() == cores
    assert EngineSettings().most == cores


def test_without_a_quota_affinity_counts(quota):
    assert available_cores() == 8
    quota.write_text("max 100000")
    assert available_cores() == 8
