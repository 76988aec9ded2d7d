"""Where and when figures were measured."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.contract import peak_memory_mb

CPUINFO = Path("/proc/cpuinfo")
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Machine:
    """What a reader needs to judge figures in seconds."""

    processor: str
    cores: int
    memory_gb: int | None
    system: str
    python: str
    load: float
    day: str

    @classmethod
    def here(cls) -> "Machine":
        return cls(
            processor=field(CPUINFO, "model name") or platform.machine(),
            cores=os.cpu_count() or 1,
            memory_gb=memory_gb(),
            system=f"{platform.system()} {platform.release()}",
            python=platform.python_version(),
            load=os.getloadavg()[0],
            day=f"{datetime.now(UTC):%Y-%m-%d}",
        )

    def __str__(self) -> str:
        memory = f", {self.memory_gb} GB" if self.memory_gb else ""
        return (
            f"{self.processor}, {self.cores} cores{memory}, {self.system}, Python {self.python}, "
            f"{self.day}, load {self.load:.1f} before"
        )


def memory_gb() -> int | None:
    said = field(MEMINFO, "MemTotal")
    return round(int(said.split()[0]) / 1024**2) if said else None


def field(file: Path, name: str) -> str:
    """The first value of that name in a file of `name : value` lines; "" where there is none."""
    if not file.exists():
        return ""
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


def forget_peak() -> float:
    """Have the system count this process's largest memory anew; what it is now, in MB (proc(5))."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")
    return peak_memory_mb() or 0.0
