"""Several processes on this machine, connected as torchrun connects them."""

import multiprocessing
import os
import pickle
from pathlib import Path

import pytest
from torch.distributed import TCPStore

LINUX = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that are forked")


def in_processes(count, function, folder: Path):
    """What a function gives in each process, or the exception that it raises."""
    context = multiprocessing.get_context("fork")
    # Kept by who starts the processes, as by torchrun, so that it outlives each of them.
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    port = store.port
    started = [
        context.Process(target=_run, args=(function, number, count, port, folder / f"{number}.pkl"))
        for number in range(count)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
        assert process.exitcode is not None, "a process hangs"
    return [pickle.loads((folder / f"{number}.pkl").read_bytes()) for number in range(count)]


def _run(function, number, count, port, path):
    os.environ |= {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "RANK": str(number),
        "LOCAL_RANK": str(number),
        "WORLD_SIZE": str(count),
        "TORCHELASTIC_USE_AGENT_STORE": "True",
        "TORCHELASTIC_RESTART_COUNT": "0",
        "GLOO_SOCKET_IFNAME": "lo",
    }
    try:
        result = function()
    except BaseException as error:
        result = error
    path.write_bytes(pickle.dumps(result))
