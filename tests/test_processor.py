import torch

from canonpose import processor
from canonpose.processor import processor_used_well


def test_threads_are_lowered_and_given_back(monkeypatch):
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
