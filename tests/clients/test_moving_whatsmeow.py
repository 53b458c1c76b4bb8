"""Numbers of stock whatsmeow move in, whatever it kept them in, and out again."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from driver import Client
from stage import Stage, pn

from databases import PostgresqlForTests
from holdfast.lab import Phone
from house import House, running_house

pytestmark = [pytest.mark.timeout(300), pytest.mark.only("whatsmeow")]


@dataclass(frozen=True)
class Kept:
    """Where a program on whatsmeow keeps its devices: as it opens them, and as Holdfast is told of them."""

    driver: str
    store: str
    source: str


def example(folder: Path, _: Callable[[], str]) -> Kept:
    """The library's own example."""
    return Kept("sqlite3", f"file:{folder}/example.db?_foreign_keys=on", f"{folder}/example.db")


def written_ahead(folder: Path, _: Callable[[], str]) -> Kept:
    """A database with a log beside it, which a program that was killed leaves full."""
    return Kept("sqlite3", f"file:{folder}/wal.db?_foreign_keys=on&_journal_mode=WAL", f"{folder}/wal.db")


def gowa(folder: Path, _: Callable[[], str]) -> Kept:
    """gowa's file, with the tables that versions of it have kept in the same one.

    Source: go-whatsapp-web-multidevice, infrastructure/whatsapp/database.go, infrastructure/chatstorage.
    """
    path = folder / "storages" / "whatsapp.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as made:
        made.executescript("""
            CREATE TABLE schema_info (version INTEGER PRIMARY KEY, updated_at TIMESTAMP);
            CREATE TABLE devices (device_id TEXT PRIMARY KEY, display_name TEXT, jid TEXT);
            CREATE TABLE chats (jid TEXT, device_id TEXT, name TEXT, last_message_time TIMESTAMP,
                PRIMARY KEY (jid, device_id));
            CREATE TABLE messages (id TEXT, chat_jid TEXT, device_id TEXT, sender TEXT, content TEXT,
                PRIMARY KEY (id, chat_jid, device_id),
                FOREIGN KEY (chat_jid, device_id) REFERENCES chats (jid, device_id) ON DELETE CASCADE);
            CREATE INDEX idx_messages_chat ON messages (chat_jid, device_id);
            INSERT INTO schema_info VALUES (15, '2026-01-01');
            INSERT INTO devices VALUES ('default', 'gowa', '4915100000000@s.whatsapp.net');
            INSERT INTO chats VALUES ('4915100000001@s.whatsapp.net', 'default', 'Ben', '2026-01-01');
            INSERT INTO messages VALUES ('3EB0', '4915100000001@s.whatsapp.net', 'default', 'Ben', 'private');
        """)
    return Kept("sqlite3", f"file:{path}?_foreign_keys=on", str(path))


def server(_: Path, database: Callable[[], str]) -> Kept:
    """A PostgreSQL server, as gowa and wuzapi may use one."""
    url = database()
    return Kept("postgres", f"{url}&sslmode=disable", url)


async def run(house: House, *argv: str) -> str:
    """A command that must succeed; what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", *argv),
        env=dict(house.place.environment()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def once(stage: Stage, phone: Phone) -> None:
    """It was linked once, and is."""
    account = await stage.wasim.at(phone.phone).account()
    assert (account.registrations, len(account.companions)) == (1, 1)


async def linked(stage: Stage, kept: Kept, anna: Phone, ben: Phone) -> Client:
    """A program that was paired with Anna's phone and has talked with Ben."""
    client = await stage.client()
    await client.order("connect", driver=kept.driver, store=kept.store)
    await anna.scan((await client.expect("qr"))["code"])
    await client.expect("paired")
    await client.expect("open")
    await stage.keys_uploaded(anna)
    await ben.say(anna.phone, "to the program")
    await client.expect("message", text="to the program")
    await client.order("send", to=pn(ben), text="from the program")
    await ben.wait_for("from the program")
    await stage.settled(anna)
    return client


@pytest.mark.parametrize("keeping", [example, written_ahead, gowa, server])
async def test_one_command_and_it_goes_on_talking(
    stage: Stage,
    tmp_path: Path,
    postgresql: PostgresqlForTests,
    keeping: Callable[[Path, Callable[[], str]], Kept],
) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    kept = keeping(tmp_path, lambda: postgresql.empty().url)
    client = await linked(stage, kept, anna, ben)
    await client.kill()

    async def let_go() -> bool:
        return not postgresql.server.ask("SELECT pid FROM pg_stat_activity WHERE datname LIKE 'scratch%'")

    # A server sees a moment later that the program is gone.
    await stage.until("nobody is connected to the server", let_go)
    await ben.say(anna.phone, "meanwhile")
    async with running_house(tmp_path / "house", stage.wasim) as house:
        said = await run(house, "import", "whatsmeow", kept.source, "-s", "taxi")
        assert "begins afresh" not in said
        await house.connected("taxi")
        await ben.say(anna.phone, "after")
        await house.received("meanwhile", "after")
        await house.send("taxi", ben.phone, "from Holdfast")
        await ben.wait_for("from Holdfast")
        await once(stage, anna)


async def test_out_again_stock_whatsmeow_connects(stage: Stage, tmp_path: Path) -> None:
    ben = await stage.wasim.phone("Ben")
    async with running_house(tmp_path / "house", stage.wasim) as house:
        number, phone = await house.link("taxi")
        await ben.say(number, "before")
        await house.received("before")
        await run(house, "export", "taxi", str(tmp_path / "store.db"))
        await ben.say(number, "meanwhile")
        client = await stage.client()
        store = f"file:{tmp_path}/store.db?_foreign_keys=on"
        await client.order("connect", driver="sqlite3", store=store)
        await client.expect("open")
        await client.expect("message", text="meanwhile")
        await client.order("send", to=pn(ben), text="from the program")
        await ben.wait_for("from the program")
        assert client.seen("qr") == []
        await once(stage, phone)
