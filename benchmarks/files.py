"""A document of 100 MiB from one number to another: how long it takes, and that no memory grows with it.

Two installations stand beside one simulator, because one that has a file never fetches it.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from benchmarks import procfs
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.fixtures import link_one
from benchmarks.installation import Installation, installed
from holdfast.client import Client, MediaFile, MessageMedia
from holdfast.model.media import FileState

_MIB = 1024 * 1024
_SIZE = 100 * _MIB
_SAMPLE_S = 0.02
_WITHIN_S = 300.0
_GOAL_MIB = 32
T = TypeVar("T")


async def measure(context: Context) -> list[Figure]:
    """Upload by the SDK, send; the other side fetches; download by the SDK."""
    async with installed() as first:
        second = Installation(first.folder / "second", first.simulator, None)
        second.home.mkdir(mode=0o700, parents=True)
        try:
            for installation, name in ((first, "sender"), (second, "receiver")):
                await installation.start()
                await link_one(installation, name)
            return await _measured(context, first, second)
        finally:
            await second.stop()


async def _measured(context: Context, first: Installation, second: Installation) -> list[Figure]:
    mine, got = first.folder / "mine.bin", first.folder / "got.bin"
    await asyncio.to_thread(_write, mine)
    number = (await second.sessions())[0]["phone"]
    async with Client(data=first.home) as sender, Client(data=second.home) as receiver:
        await sender.media.upload(b"what is imported at the first file is imported")
        out = Watch(first.pids() | {"client": os.getpid()})
        context.say("100 MiB up")
        up_s, file = await out.over(lambda: sender.media.upload(mine))
        context.say("100 MiB to WhatsApp")
        sent_s, _ = await out.over(lambda: _send(sender, number, file))
        back = Watch(second.pids() | {"client": os.getpid()})
        context.say("100 MiB from WhatsApp")
        fetched_s, media = await back.over(lambda: _arrived(receiver))
        context.say("100 MiB down")
        down_s, _ = await back.over(lambda: receiver.media.download(media, got))
    assert await asyncio.to_thread(_hash, mine) == await asyncio.to_thread(_hash, got)
    note = f"a document of {_SIZE // _MIB} MiB, both ways; peak above the start"
    memory = [
        Figure(f"file_memory_{name}", f"file: memory of {name}", "MiB", [out.grown(name), back.grown(name)],
               Goal(_GOAL_MIB), note)
        for name in ("client", "gateway", "engine")
    ]  # fmt: skip
    steps = {"up_s": up_s, "sent_s": sent_s, "fetched_s": fetched_s, "down_s": down_s}
    return [Figure("file", "file: client to client", "s", [sum(steps.values())], None, note, steps), *memory]


class Watch:
    """Samples the memory of processes while something runs."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._first = {name: procfs.memory_kib(pid)["pss"] for name, pid in pids.items()}
        self._most = dict(self._first)

    async def over(self, work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
        """Do the work; the seconds that it took, and what it returned."""
        began = time.perf_counter()
        task = asyncio.ensure_future(work())
        while not task.done():
            for name, pid in self._pids.items():
                self._most[name] = max(self._most[name], procfs.memory_kib(pid)["pss"])
            await asyncio.wait([task], timeout=_SAMPLE_S)
        return time.perf_counter() - began, task.result()

    def grown(self, name: str) -> float:
        """The peak above the start, in MiB."""
        return (self._most[name] - self._first[name]) / 1024


async def _send(client: Client, to: str, file: MediaFile) -> None:
    sent = await client.messages.document("sender", to, file)
    async with asyncio.timeout(_WITHIN_S):
        while (await client.message("sender", sent.message_id)).status == "queued":  # noqa: ASYNC110
            await asyncio.sleep(_SAMPLE_S)


async def _arrived(client: Client) -> MessageMedia:
    async with asyncio.timeout(_WITHIN_S):
        while True:
            page, _ = await client.messages_page("receiver", direction="in")
            for each in page:
                if each.media is not None and each.media.state == FileState.STORED:
                    return each.media
            await asyncio.sleep(_SAMPLE_S)


def _write(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(_SIZE // _MIB):
            file.write(os.urandom(_MIB))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
