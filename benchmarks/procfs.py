"""What the kernel says about a process: its CPU time, its memory, its files. Linux only."""

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return _fields(pid)[0] != "Z"
    except OSError:
        return False


def cpu_s(pid: int) -> float:
    """CPU seconds used so far, user and system, all threads; resolution 10 ms."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def command(pid: int) -> str:
    """The command line, words separated by spaces; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def memory_kib(pid: int) -> dict[str, int]:
    """PSS, RSS and private pages of a process in KiB. PSS counts shared pages by their share."""
    wanted = {"Pss": "pss", "Rss": "rss", "Private_Dirty": "private_dirty", "Private_Clean": "private_clean"}
    found = dict.fromkeys(wanted.values(), 0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in wanted:
            found[wanted[name]] = int(rest.split()[0])
    return found


def open_files(pid: int, suffix: str) -> int:
    """How many descriptors of the process point at files whose name ends so."""
    count = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            count += os.readlink(entry).endswith(suffix)
        except OSError:
            continue  # closed meanwhile
    return count


def threads(pid: int) -> int:
    """How many threads the process has."""
    return int(_fields(pid)[17])


def wakeups(pid: int) -> int:
    """How often threads of the process that waited went on. Those that have ended count no more."""
    return sum(_voluntary(task) for task in Path(f"/proc/{pid}/task").iterdir())


def _voluntary(task: Path) -> int:
    try:
        status = (task / "status").read_text()
    except OSError:
        return 0  # it has ended meanwhile
    return int(status.partition("\nvoluntary_ctxt_switches:")[2].split(maxsplit=1)[0])


def writes(pid: int) -> tuple[int, int]:
    """System calls that wrote, and the bytes that went to the disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    values = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return values["syscw"], values["write_bytes"]


def _fields(pid: int) -> list[str]:
    # The name may hold spaces and parentheses: everything after the last one is positional.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
