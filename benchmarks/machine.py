"""The machine the figures were taken on, described so that nobody compares what cannot be compared."""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile

_FSYNCS = 200
_BLOCK = b"\0" * 4096
_PROBE_S = 0.3


def describe(folder: Path) -> dict[str, Any]:
    """Cores, versions, the cost of an fsync in `folder`, and how busy the machine was before we began."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20,
        "kernel": platform.release(),
        "platform": platform.platform(terse=True),
        "python": platform.python_version(),
        "go": _go_version(),
        "file_system": _file_system(folder),
        "fsync_ms": fsync_cost_ms(folder),
        "load_before": round(os.getloadavg()[0], 2),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
    }


def fsync_cost_ms(folder: Path) -> dict[str, float]:
    """What it costs to append 4 KiB and fsync, in ms: every commit pays it."""
    path = folder / "fsync.probe"
    taken: list[float] = []
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        for _ in range(_FSYNCS):
            os.write(handle, _BLOCK)
            began = time.perf_counter()
            os.fsync(handle)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(handle)
        path.unlink()
    return {
        "median": round(statistics.median(taken), 3),
        "p99": round(percentile(taken, 0.99), 3),
        "max": round(max(taken), 3),
    }


def crowding() -> float:
    """How many seconds one second of work takes just now: 1.0 on a machine that does nothing else.

    Times measured on a crowded machine say little; counts of CPU seconds and memory still do.
    """
    began, used = time.perf_counter(), time.process_time()
    while (spent := time.process_time() - used) < _PROBE_S:
        pass
    return round((time.perf_counter() - began) / spent, 2)


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def _file_system(folder: Path) -> str:
    best, kind = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, name, *_ = line.split()
        inside = folder.is_relative_to(mount)
        if inside and len(mount) >= len(best):
            best, kind = mount, name
    return kind


def _go_version() -> str:
    go = go_program()
    if go is None:
        return "unknown"
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, timeout=30, check=False)
    return answer.stdout.strip().removeprefix("go") or "unknown"


def go_program() -> str | None:
    """The go command: from the PATH, else from the environment this runs in."""
    found = shutil.which("go")
    beside = Path(sys.executable).parent / "go"
    return found or (str(beside) if beside.is_file() else None)
