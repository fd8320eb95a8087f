"""Which machine and versions a figure is from."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch


@dataclass(frozen=True)
class Machine:
    """What a figure depends on besides the code."""

    processor: str
    cores: int
    threads: int
    """That PyTorch computes with."""
    gpu: str | None
    system: str
    python: str
    torch: str
    canonpose: str

    def __str__(self) -> str:
        where = self.gpu or f"{self.processor}, {self.threads} of {self.cores} cores"
        return f"{where}; PyTorch {self.torch}, Python {self.python}, {self.system}"


def this_machine(device: torch.device) -> Machine:
    """The machine that this process runs on."""
    return Machine(
        processor=_processor(),
        cores=int(torch.cpu.get_capabilities().get("num_physical_cores", 0))
        if hasattr(torch.cpu, "get_capabilities")
        else 0,
        threads=torch.get_num_threads(),
        gpu=torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        torch=torch.__version__,
        canonpose=version("canonpose"),
    )


def _processor() -> str:
    """The processor's name; Python alone does not know it on Linux."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
