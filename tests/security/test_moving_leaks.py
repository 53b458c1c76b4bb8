"""A number is saved, proved, put back, moved out and in: no secret is where others see it or left over."""

import asyncio
import base64
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from holdfast.keeper import Place
from holdfast.lab import Simulator
from holdfast.vault.master import load_or_create
from house import House, running_house

PASSPHRASE = "a passphrase that nobody guesses"


class Watch:
    """What any program could see of the commands' processes, from their start to their end."""

    def __init__(self, mine: Path) -> None:
        self._mine, self.seen, self.temporary = str(mine).encode(), set[bytes](), mine / "tmp"

    def look(self) -> None:
        """Remember arguments and environments of the processes that have to do with this test."""
        for process in Path("/proc").glob("[0-9]*"):
            if int(process.name) == os.getpid():
                continue
            texts = set()
            for what in ("cmdline", "environ"):
                with suppress(OSError):  # it has ended, or lets nobody look
                    texts.add((process / what).read_bytes())
            if any(self._mine in text for text in texts):
                self.seen |= texts

    async def run(self, place: Place, *argv: str) -> None:
        """A command that must succeed, watched."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", *argv),
            env={**place.environment(), "TMPDIR": str(self.temporary)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        ended = asyncio.create_task(process.communicate())
        while not ended.done():
            await asyncio.to_thread(self.look)
            await asyncio.wait([ended], timeout=0.02)  # how often is looked
        output, _ = await ended
        assert process.returncode == 0, output.decode()
        self.seen.add(output)


def forms(secret: bytes) -> Iterator[bytes]:
    """How bytes are written down."""
    plain = base64.b64encode(secret)
    yield from (
        secret,
        secret.hex().encode(),
        plain.rstrip(b"="),
        base64.urlsafe_b64encode(secret).rstrip(b"="),
    )


def keys_in(exported: Path) -> list[bytes]:
    """The private keys of a database that was exported."""
    with closing(sqlite3.connect(exported)) as database:
        found = database.execute(
            "SELECT noise_key, identity_key, signed_pre_key, adv_key FROM whatsmeow_device"
        )
        return list(found.fetchone())


@pytest.fixture
async def house(tmp_path: Path, simulator: Simulator) -> AsyncIterator[House]:
    """Its command line and environment are looked at."""
    async with running_house(tmp_path, simulator, cold=True) as made:
        yield made


async def test_nothing_secret_is_seen_or_left_over(house: House, tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.temporary.mkdir()
    number, _ = await house.link("taxi")
    await house.saved(number)
    word, out = tmp_path / "passphrase", tmp_path / "out" / "store.db"
    word.write_text(f"{PASSPHRASE}\n")
    out.parent.mkdir()
    locked = ("--passphrase-file", str(word))
    await watch.run(house.place, "backup", "create", str(tmp_path / "usb"), *locked)
    (archive,) = (tmp_path / "usb").iterdir()
    await watch.run(house.place, "backup", "verify", str(archive), *locked)
    await watch.run(house.place, "export", "taxi", str(out))
    assert house.place.master_key is not None
    master = load_or_create(house.place.master_key)
    wrapped = (house.place.data / "sessions" / number / "session.key").read_bytes()
    secrets = [master.recovery_bytes, master.unwrap(wrapped).key, *keys_in(out)]
    await house.kill("engine", "gateway")

    new = Place(tmp_path / "new", "127.0.0.1", 0, 0, house.place.lab, tmp_path / "new.key")
    await watch.run(new, "backup", "restore", str(archive), *locked)
    await watch.run(new, "master-key", "rotate")
    secrets.append(load_or_create(tmp_path / "new.key").recovery_bytes)
    async with running_house(tmp_path / "third", house.simulator, cold=True) as third:
        await watch.run(third.place, "import", "whatsmeow", str(out), "-s", "taxi")
        await third.connected("taxi")
    written = [PASSPHRASE.encode(), *(form for secret in secrets for form in forms(secret))]

    assert any(b"holdfast.cli\0" in text for text in watch.seen)  # it has looked
    assert [text for text in watch.seen if any(it in text for it in written)] == []
    assert list(watch.temporary.iterdir()) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [it for it in files if it.parent.name.startswith(("holdfast-trial-", ".half-"))] == []
    holding = {it for it in files if any(secret in it.read_bytes() for secret in written)}
    third_key = tmp_path / "third" / "master.key"
    assert holding - {third_key} == {word, out, house.place.master_key, tmp_path / "new.key"}
