"""Training without holding the samples in memory: speed and memory, beside holding them.

    python benchmarks/large_data.py CLIPS -o FOLDER [--frames 1000000]

CLIPS are motion files, as for ``canonpose simulate``. They are filmed by four virtual cameras, and
written, jittered anew each time, into a store until it holds so many frames. Then a lifter is
trained for an epoch, in a process of its own whose address space is bounded: from the store on
disk, and from memory. Reading alone is measured too: in random order from the system's cache, and
from the disk after the cache has let the files go.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from itertools import count, cycle
from pathlib import Path
from typing import Annotated

import torch
import tyro

from canonpose.benchmarking.memory import peak_bytes
from canonpose.files import write_whole
from canonpose.geometry.normalisation import normalise
from canonpose.lifter.network import LifterConfig
from canonpose.training import PRESETS, Progress, train
from canonpose.training.samples import Samples, samples_of_take
from canonpose.training.store import CARD, open_store
from canonpose.training.store.card import StoreCard, StoredTake, write_card
from canonpose.training.store.writing import new_store
from canonpose.virtual.capture import Filming, film
from canonpose.virtual.clips import read_motions

GIGABYTE = 10**9
FILMED = 50_000
"""Frames that are filmed; those beyond are these with jitter."""
JITTER = 0.005
"""Of the pose's norm."""
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Benchmark:
    """Train on more than the memory holds."""

    clips: tyro.conf.Positional[tuple[Path, ...]]
    """Motion files of one person, or folders of them."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    """Folder for the store, if it is not there yet, and for large_data.json."""
    frames: int = 1_000_000
    """How many four-view frames."""
    width: int = 64
    """Of the lifter; a small one, so that reading counts."""
    batch: int = 512
    limit: float = 4.0
    """Gigabytes of address space for the training from disk."""
    worker: str = ""
    """One measurement, in a process of its own."""


def main(options: Benchmark) -> None:
    store = options.output / "store"
    if not (store / CARD).exists():
        began = time.monotonic()
        fill(store, options)
        print(f"{options.frames} frames filmed and packed in {time.monotonic() - began:.0f} s")
    size = sum(path.stat().st_size for path in store.iterdir())
    facts = {"frames": len(open_store(store)), "bytes": size, "width": options.width}
    for name in ("read cached", "read from disk", "train on disk", "train in memory"):
        facts[name] = in_own_process(options, name)
        print(f"{name}: {facts[name]}", flush=True)
    write_whole(options.output / "large_data.json", json.dumps(facts, indent=2) + "\n")


def fill(store: Path, options: Benchmark) -> None:
    """The filmed samples, then the same again and again, with other jitter each time."""
    motions = read_motions(options.clips)
    filmed: list[tuple[StoredTake, Samples]] = []
    for one in (take for seed in count() for take in film(motions, Filming(seed=seed))):
        take = one.labelled.take
        cameras, skeleton = tuple(take.views), next(iter(take.views.values())).skeleton
        samples = samples_of_take(take, cameras, skeleton)
        filmed.append((StoredTake(take.name, "rig", len(samples)), samples))
        if sum(len(known) for _, known in filmed) >= min(FILMED, options.frames):
            break
    takes: list[StoredTake] = []
    random = torch.Generator().manual_seed(0)
    with new_store(store) as writer:
        left = options.frames
        for take, samples in cycle(filmed):
            some = samples.gather(torch.arange(min(left, len(samples))))
            seen = (some.scores > 0)[..., None]
            noise = JITTER * torch.randn(some.positions.shape, generator=random)
            noise[:, :, skeleton.root_index] = 0
            positions, scores, _ = normalise(
                some.positions + noise * seen, some.scores, skeleton.root_index
            )
            writer.add(replace(some, positions=positions, scores=scores))
            takes.append(replace(take, name=f"{take.name}-{len(takes)}", samples=len(some)))
            left -= len(some)
            if not left:
                break
        writer.flush()
        card = StoreCard(skeleton, cameras, True, tuple(takes), tuple(writer.files))
        write_card(card, writer.folder)


def in_own_process(options: Benchmark, name: str) -> dict[str, float]:
    """Run one measurement where nothing else takes up memory."""
    command = [sys.executable, __file__, "-o", str(options.output), "--worker", name]
    command += ["--width", str(options.width), "--batch", str(options.batch)]
    command += ["--limit", str(options.limit), *map(str, options.clips)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(options: Benchmark) -> dict[str, float]:
    store = open_store(options.output / "store")
    if options.worker == "train on disk":
        bound = int(options.limit * GIGABYTE)
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    if options.worker.startswith("train"):
        return trained(store, options)
    cold = options.worker == "read from disk"
    for folder, card in zip(store.folders, store.cards, strict=True):
        for stored in card.files:
            with (folder / stored.file).open("rb") as file:
                if cold:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                else:
                    while file.read(2**24):
                        pass
    samples = store.mapped(CPU)
    order = samples.order(torch.Generator().manual_seed(0))
    batches = order.split(options.batch)[: 20 if cold else 200]
    began = time.monotonic()
    for chosen in batches:
        samples.gather(chosen)
    rate = sum(map(len, batches)) / (time.monotonic() - began)
    return {"samples_per_second": round(rate), "peak_megabytes": round(peak_bytes(CPU) / 1e6)}


def trained(store, options: Benchmark) -> dict[str, float]:
    told: list[Progress] = []
    config = replace(
        PRESETS["fast"],
        epochs=1,
        min_steps=0,
        batch=options.batch,
        lifter=LifterConfig(width=options.width),
        start_from="nothing",
    )
    memory = 0.0 if options.worker == "train on disk" else 1000.0
    before = peak_bytes(CPU)
    began = time.monotonic()
    lifter = train(store, None, config, device="cpu", memory=memory, progress=told.append)
    return {
        "samples_per_second": round(told[-1].samples_per_second),
        "seconds_in_all": round(time.monotonic() - began, 1),
        "peak_megabytes": round(peak_bytes(CPU) / 1e6),
        "megabytes_before": round(before / 1e6),
        "loss": told[-1].losses["total"],
        "chirality_margin": lifter.provenance["chirality"]["margin"],
    }


if __name__ == "__main__":
    chosen = tyro.cli(Benchmark, description=__doc__)
    if chosen.worker:
        print(json.dumps(measure(chosen)))
    else:
        main(chosen)
