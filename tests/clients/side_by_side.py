"""Runs the tests of this folder in several processes side by side: each client, and what waits for clocks.

Arguments are pytest's. It ends with 1 when any of them fails, and leaves nothing running.
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

# A full run takes some six minutes on two processors; whoever needs so much more hangs.
WITHIN_S = 1500.0

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


def start(part: Part, arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Start one part. What it prints is kept until it ends."""
    argv = [sys.executable, "-m", "pytest", str(HERE), "-q", *arguments]
    argv += [] if part.share else ["-m", "not waits"]
    environ = {**os.environ, "HOLDFAST_CLIENTS": "1", "CLIENTS": part.clients, "CLIENTS_SHARE": part.share}
    environ["CLIENTS_READY"] = "1"
    return subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main(arguments: Sequence[str]) -> int:
    """Make the clients ready, run all parts, tell how each went. Returns the exit code."""
    try:
        for contender in chosen():
            print(f"making {contender.name} ready", flush=True)
            contender.prepare()
    except NotReady as reason:
        print(reason)
        return 2
    running = {part: start(part, arguments) for part in parts()}
    deadline = time.monotonic() + WITHIN_S
    codes = []
    try:
        for part, process in running.items():
            printed, _ = process.communicate(timeout=max(deadline - time.monotonic(), 1.0))
            print(f"---- {part.name}\n{printed}", flush=True)
            codes.append(process.returncode)
    except subprocess.TimeoutExpired:
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
