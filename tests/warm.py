"""Programs of Holdfast that start warm: forked from a process that has imported what they import.

What runs is `python -m MODULE` as always: a process with its own id, environment, streams and end, to be
killed at will. Only what /proc shows of its command line and its environment is that of the process it was
forked from: whoever looks at these starts it cold.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from holdfast.keeper import end_with_parent
from warm_server import IMPORTS

_SERVER = Path(__file__).with_name("warm_server.py")
_cold = asyncio.create_subprocess_exec


async def start(
    module: str,
    *argv: str,
    env: Mapping[str, str],
    stdin: Any = DEVNULL,
    stdout: Any = DEVNULL,
    stderr: Any = DEVNULL,
) -> "Warm | asyncio.subprocess.Process":
    """`python -m MODULE ARGV`; streams as for asyncio.create_subprocess_exec. It ends with the tests.

    A program whose environment has it import other files, such as an old version's, starts cold.
    """
    if sys.platform != "linux" or env.get("PYTHONPATH") != os.environ.get("PYTHONPATH"):
        command = (sys.executable, "-m", module, *argv)
        return await _cold(
            *command,
            env=dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )
    assert env.get("PYTHONPATH") == os.environ.get("PYTHONPATH"), "it has imported already: start it cold"
    made = Warm()
    with ExitStack() as given:
        streams = [made._given(given, number, it) for number, it in enumerate((stdin, stdout))]
        streams.append(streams[1] if stderr is STDOUT else made._given(given, 2, stderr))
        told, tells = os.pipe()
        given.callback(os.close, tells)
        order = {"argv": [module, *argv], "env": dict(env), "cwd": str(Path.cwd())}
        socket.send_fds(_server(module).orders, [json.dumps(order).encode()], [*streams, tells])
    await made._born(told)
    return made


@contextmanager
def kept_programs() -> Iterator[None]:
    """Inside the block, what Holdfast itself starts in this process starts warm: its keeper, its replays."""
    with patch.object(asyncio, "create_subprocess_exec", _started):
        yield


async def _started(*argv: Any, **more: Any) -> Any:
    if argv[:2] == (sys.executable, "-m") and argv[2] in IMPORTS:
        streams = {name: more[name] for name in ("stdin", "stdout", "stderr") if name in more}
        return await start(*argv[2:], env=more["env"], **streams)
    return await _cold(*argv, **more)


class _Server:
    """Forks processes of one module; it ends when this process does."""

    def __init__(self, module: str) -> None:
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, str(_SERVER), module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )


_server = cache(_Server)


class Warm:
    """A running process, as far as tests use asyncio.subprocess.Process."""

    pid: int
    stdout: asyncio.StreamReader | None = None
    stderr: asyncio.StreamReader | None = None

    def __init__(self) -> None:
        self.returncode: int | None = None
        self._stdin: int | None = None
        self._readers: dict[int, int] = {}

    async def wait(self) -> int:
        """Its exit code, negative for a signal."""
        return await asyncio.shield(self._ended)

    async def communicate(self, given: bytes = b"") -> tuple[bytes, bytes]:
        """Give it this, read all that it says, wait for its end."""
        feeding = asyncio.to_thread(self._feed, given)
        said = (it.read() if it is not None else _nothing() for it in (self.stdout, self.stderr))
        _, out, err = await asyncio.gather(feeding, *said)
        await self.wait()
        return out, err

    def send_signal(self, which: int) -> None:
        """Raises ProcessLookupError when it is gone."""
        if self.returncode is None:
            os.kill(self.pid, which)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self.send_signal(signal.SIGKILL)

    def _given(self, given: ExitStack, number: int, stream: Any) -> int:
        """The process's end of a stream, closed here with the block."""
        if stream == PIPE:
            reads, writes = os.pipe()
            mine, its = (writes, reads) if number == 0 else (reads, writes)
            if number == 0:
                self._stdin = mine
            else:
                self._readers[number] = mine
        elif stream == DEVNULL:
            its = os.open(os.devnull, os.O_RDWR)
        else:
            its = os.dup(stream.fileno())
        given.callback(os.close, its)
        return its

    async def _born(self, told: int) -> None:
        tidings = await _reader(told)
        self.pid = int(await tidings.readline())
        self._ended = asyncio.create_task(self._end(tidings))
        self.stdout = await _reader(self._readers[1]) if 1 in self._readers else None
        self.stderr = await _reader(self._readers[2]) if 2 in self._readers else None

    async def _end(self, tidings: asyncio.StreamReader) -> int:
        self.returncode = int(await tidings.readline())
        return self.returncode

    def _feed(self, given: bytes) -> None:
        if self._stdin is not None:
            with contextlib.suppress(BrokenPipeError), os.fdopen(self._stdin, "wb") as pipe:
                pipe.write(given)
            self._stdin = None


async def _nothing() -> bytes:
    return b""


async def _reader(fd: int) -> asyncio.StreamReader:
    reader, pipe = asyncio.StreamReader(), os.fdopen(fd, "rb", buffering=0)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader
