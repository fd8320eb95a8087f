import os

import pytest
import torch

from canonpose import processor
from canonpose.processor import available_cores, processor_used_well


@pytest.fixture
def quota(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "QUOTA", tmp_path / "cpu.max")
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(("text", "cores"), [("150000 100000", 2), ("100000 100000", 1)])
def test_a_container_gets_no_more_than_its_quota(quota, monkeypatch, text, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    quota.write_text(text)
    assert available_cores() == cores


def test_without_a_quota_affinity_counts(quota, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert available_cores() == 8
    quota.write_text("max 100000")
    assert available_cores() == 8


def test_threads_are_lowered_and_given_back(quota, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(processor, "available_cores", lambda: 1)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with processor_used_well():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        monkeypatch.setenv("OMP_NUM_THREADS", "2")
        with processor_used_well():
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
