"""Runs the tests of this folder in several processes side by side: each client, and what waits for clocks.

Arguments are pytest's. It ends with 1 when any of them fails, and leaves nothing running. What a process
prints can be read in `build/clients` while it runs, and is printed at its end.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contenders import NotReady, chosen

HERE = Path(__file__).parent
LOGS = HERE.parents[1] / "build" / "clients"

# A full run takes some seven minutes on two processors, and many times as long where they are shared.
WITHIN_S = 3600.0

# Waiting takes no processor: so many processes do it.
CLOCKS = 3

NOTHING_TO_DO = 5  # pytest: no test was selected


@dataclass(frozen=True)
class Part:
    """One pytest process."""

    name: str
    clients: str
    #: Which of the tests that wait: "0/3" is every third, from the first. Empty: those that do not.
    share: str = ""


def parts() -> Sequence[Part]:
    """How the work is divided: so that no process waits while another one could work."""
    names = [contender.name for contender in chosen()]
    waiting = [Part(f"clocks {n}", ",".join(names), f"{n}/{CLOCKS}") for n in range(CLOCKS)]
    return [*(Part(name, name) for name in names), *waiting]


def log_of(part: Part) -> Path:
    """Where a part prints."""
    return LOGS / f"{part.name}.log"


def show(part: Part) -> None:
    """Print what a part has printed so far."""
    print(f"---- {part.name}\n{log_of(part).read_text(errors='replace')}", flush=True)


def start(part: Part, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start one part. It prints into a file: a pipe that nobody reads yet would hold it up once full."""
    argv = [sys.executable, "-m", "pytest", str(HERE), "-q", *arguments]
    argv += [] if part.share else ["-m", "not waits"]
    environ = {**os.environ, "HOLDFAST_CLIENTS": "1", "CLIENTS": part.clients, "CLIENTS_SHARE": part.share}
    environ["CLIENTS_READY"] = "1"
    with log_of(part).open("wb") as log:
        return subprocess.Popen(argv, env=environ, stdout=log, stderr=subprocess.STDOUT)


def main(arguments: Sequence[str]) -> int:
    """Make the clients ready, run all parts, tell how each went. Returns the exit code."""
    try:
        for contender in chosen():
            print(f"making {contender.name} ready", flush=True)
            contender.prepare()
    except NotReady as reason:
        print(reason)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    running = {part: start(part, arguments) for part in parts()}
    deadline = time.monotonic() + WITHIN_S
    codes = []
    try:
        for part, process in running.items():
            codes.append(process.wait(timeout=max(deadline - time.monotonic(), 1.0)))
            show(part)
    except subprocess.TimeoutExpired:
        for part in list(running)[len(codes) :]:
            show(part)
        print(f"the tests hang: ended after {WITHIN_S / 60:g} minutes")
        return 1
    finally:
        # Their simulators and clients end with them.
        for process in running.values():
            process.kill()
            process.wait()
    return int(all(code == NOTHING_TO_DO for code in codes) or not set(codes) <= {0, NOTHING_TO_DO})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
