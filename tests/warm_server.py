"""Forks processes that have their imports done, as warm.py orders them: `warm_server.py MODULE SOCKET`."""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST = 1 << 20
_PR_SET_PDEATHSIG = 1
#: What the program imports after its first lines, until it is at work.
IMPORTS: Mapping[str, Sequence[str]] = {
    "holdfast.app": ["holdfast.app.gateway", "holdfast.app.web"],
    "holdfast.cli": ["holdfast.cli.main", "holdfast.cli.run", "holdfast.client"],
}


def warm_up(module: str) -> None:
    """Import what the module will; nothing may run beside the thread that forks."""
    package = importlib.import_module(module)
    own = dict(vars(package))
    if module == "holdfast.app":
        _rehearse(module)
    for name in IMPORTS[module]:
        importlib.import_module(name)
    if module == "holdfast.app":
        for section in importlib.import_module("holdfast.api.routers").SECTIONS:
            section.read()
    vars(package).update(own)  # a part of it that has the name of a function hides that
    assert threading.active_count() == 1
    gc.freeze()


def _rehearse(module: str) -> None:
    """Its first lines say what libraries must not load, before it imports them."""
    with contextlib.suppress(SystemExit):
        sys.argv = [module, "--help"]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


def serve(control: socket.socket) -> Mapping[str, Any] | None:
    """Returns in each process that is forked, with its order; in this one, with None, after the tests."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when nobody can order any more
    children = selectors.DefaultSelector()
    children.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in children.select():
            if key.fileobj is not control:
                pid, tells = key.data
                _tell(tells, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                children.unregister(key.fileobj)
                for fd in (key.fd, tells):
                    os.close(fd)
                continue
            order, fds, _, _ = socket.recv_fds(control, _LONGEST, 4)
            if not order:
                return None
            *streams, tells = fds
            parent, pid = os.getpid(), os.fork()
            if pid == 0:
                _leave(parent, children, tells)
                return _become(json.loads(order), streams)
            for fd in streams:
                os.close(fd)
            _tell(tells, pid)
            children.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, tells))


def _tell(tells: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the test has ended
        os.write(tells, b"%d\n" % number)


def _leave(parent: int, children: selectors.BaseSelector, tells: int) -> None:
    """Hold nothing of what the other process holds, and end when it does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    for key in children.get_map().values():
        os.close(key.fd)
        if key.data:
            os.close(key.data[1])
    children.close()
    os.close(tells)


def _become(order: Mapping[str, Any], streams: Sequence[int]) -> Mapping[str, Any]:
    """Its own streams, environment and folder."""
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
    for fd in set(streams):
        os.close(fd)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.path.insert(0, order["cwd"])  # as `python -m` does
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stdout.reconfigure(write_through=at_once)
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", closefd=False)
    sys.stderr.reconfigure(line_buffering=True, write_through=at_once)
    return order


def main() -> None:
    """Fork until the tests end; in what was forked, be the program."""
    module, fd = sys.argv[1:]
    del sys.path[0]  # the folder of the tests
    warm_up(module)
    order = serve(socket.socket(fileno=int(fd)))
    if order is not None:
        sys.argv = order["argv"]
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
