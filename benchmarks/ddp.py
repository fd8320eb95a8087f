"""Data-parallel training: one process with one thread, beside several with one thread each.

    python benchmarks/ddp.py [--processes 2] [--batches 32 128 512 2048] [-o ddp.json]

The same training of made-up four-view samples, with the same batch over all processes. Each process
has a core of its own (``sched_setaffinity``) and one thread. The two arrangements are measured by
turns, so that a change of the machine hits both. Beside them: how long the sum of all gradients
over the processes takes by itself, which is what one step cannot do without.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import torch
import tyro

from canonpose.benchmarking.machine import this_machine
from canonpose.benchmarking.made_up import made_up_samples
from canonpose.files import write_whole
from canonpose.lifter.network import LifterConfig
from canonpose.skeleton import layout
from canonpose.training.config import PRESETS
from canonpose.training.distributed import joined
from canonpose.training.trainer import Trainer

WARM_UP = 2
SECONDS = 4.0
"""Of each measurement."""


@dataclass(frozen=True)
class Benchmark:
    """Samples a second of one process and of several."""

    processes: int = 2
    width: int = 1024
    cameras: int = 4
    preset: str = "fast"
    batches: tuple[int, ...] = (32, 128, 512, 2048)
    """Samples a step, over all processes."""
    repeats: int = 3
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None
    worker: bool = False
    """What torchrun starts; measures one arrangement."""


@dataclass
class Rates:
    """Of one batch size, a number a repetition."""

    one: list[float] = field(default_factory=list)
    several: list[float] = field(default_factory=list)
    summing_ms: list[float] = field(default_factory=list)


def main(options: Benchmark) -> None:
    rates = {batch: Rates() for batch in options.batches}
    for _ in range(options.repeats):
        for count in (1, options.processes):
            for batch, (rate, summing) in launched(options, count).items():
                if count == 1:
                    rates[int(batch)].one.append(rate)
                else:
                    rates[int(batch)].several.append(rate)
                    rates[int(batch)].summing_ms.append(1000 * summing)
    machine = str(this_machine(torch.device("cpu")))
    print(machine)
    print(f"batch | 1 process | {options.processes} processes | ratio | of which summing, ms")
    table = {}
    for batch, found in rates.items():
        one, several = statistics.median(found.one), statistics.median(found.several)
        summing = statistics.median(found.summing_ms)
        table[batch] = {"one": one, "several": several, "ratio": several / one, **vars(found)}
        print(f"{batch:5} | {one:9.0f} | {several:9.0f} | {several / one:5.2f} | {summing:.1f}")
    if options.output is not None:
        write_whole(options.output, json.dumps({"machine": machine, **table}, indent=2) + "\n")


def launched(options: Benchmark, count: int) -> dict[str, tuple[float, float]]:
    """Rates by batch of so many processes, started as a user would."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(count), __file__, "--worker"]
    command += ["--width", str(options.width), "--cameras", str(options.cameras)]
    command += ["--preset", options.preset, "--batches", *map(str, options.batches)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def work(options: Benchmark) -> None:
    with joined() as processes:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[processes.place % len(cores)]})
        skeleton = layout("coco17")
        samples = made_up_samples(2 * max(options.batches), options.cameras, skeleton)
        found = {}
        for batch in options.batches:
            config = replace(
                PRESETS[options.preset],
                batch=batch,
                lifter=LifterConfig(width=options.width),
                start_from="nothing",
            )
            trainer = Trainer(
                samples, skeleton, config, True, torch.device("cpu"), processes=processes
            )
            for _ in range(WARM_UP):
                trainer.advance()
            began = time.monotonic()
            trainer.advance()
            # All take as many steps as the slowest says.
            once = float(processes.largest(torch.tensor(time.monotonic() - began)))
            steps = max(round(SECONDS / once), 3)
            began = time.monotonic()
            for _ in range(steps):
                trainer.advance()
            seconds = float(processes.largest(torch.tensor(time.monotonic() - began)))
            gradients = torch.zeros(sum(p.numel() for p in trainer.network.parameters()))
            began = time.monotonic()
            for _ in range(5):
                processes.total(gradients)
            found[batch] = steps * batch / seconds, (time.monotonic() - began) / 5
        if processes.first:
            print(json.dumps(found))


if __name__ == "__main__":
    chosen = tyro.cli(Benchmark, description=__doc__)
    (work if chosen.worker else main)(chosen)
