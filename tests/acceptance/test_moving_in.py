"""A number moves in from a whatsmeow database on a PostgreSQL server."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

import warm
from databases import PostgresqlForTests
from house import House, running_house


async def run(house: House, *argv: str) -> tuple[int, str]:
    """A command; exit code, and what it printed."""
    process = await warm.start(
        *("holdfast.cli", *argv),
        env=dict(house.place.environment()) | {"COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def carry(file: Path, url: str) -> None:
    """Fill an empty PostgreSQL database with a whatsmeow file: the library's own schema suits both."""
    tables = "FROM sqlite_master WHERE type = 'table' AND name LIKE 'whatsmeow%' ORDER BY rowid"
    with closing(sqlite3.connect(file)) as old, psycopg.connect(url, application_name="holdfast") as new:
        for name, made in old.execute(f"SELECT name, sql {tables}").fetchall():
            new.execute(made.encode())
            columns = old.execute(f"SELECT name, lower(type) = 'boolean' FROM pragma_table_info('{name}')")
            truths = [bool(truth) for _, truth in columns]
            insert = sql.SQL("INSERT INTO {} VALUES ({})").format(
                sql.Identifier(name), sql.SQL(", ").join([sql.Placeholder()] * len(truths))
            )
            for row in old.execute(f"SELECT * FROM {name}").fetchall():
                new.execute(
                    insert, [bool(it) if truth else it for it, truth in zip(row, truths, strict=True)]
                )


async def ended(postgresql: PostgresqlForTests, url: str) -> bool:
    """Nobody is connected to the database any more: a closed connection may be seen for a moment more."""
    name = urlsplit(url).path.removeprefix("/")
    return not postgresql.server.ask(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'")


async def test_a_database_on_a_server_moves_in_without_a_code_and_goes_on_talking(
    house: House, tmp_path: Path, postgresql: PostgresqlForTests
) -> None:
    number, _ = await house.link("there")
    friend = await house.simulator.phone("Friend")
    await friend.say(number, "before")
    await house.received("before")
    await house.send("there", friend.phone, "an answer")
    await friend.wait_for("an answer")
    code, text = await run(house, "export", "there", str(tmp_path / "store.db"))
    assert code == 0, text
    url = postgresql.empty().url
    carry(tmp_path / "store.db", url)
    await house.kill("engine", "gateway")

    async with running_house(tmp_path / "new", house.simulator) as new:
        with psycopg.connect(url, application_name="gowa"):
            code, text = await run(new, "import", "whatsmeow", url, "-s", "taxi")
            assert (code, "gowa" in text) == (1, True), text
        await new.until(lambda: ended(postgresql, url), "the other program's connection does not end")
        await friend.say(number, "meanwhile")
        code, text = await run(new, "import", "whatsmeow", url, "-s", "taxi", "--dry-run")
        assert (code, "sessions with contacts" in text, "begins afresh" in text) == (0, True, False), text
        code, text = await run(new, "import", "whatsmeow", url, "-s", "taxi", "--device", f"+{number}")
        assert code == 0, text
        await new.connected("taxi")
        await friend.say(number, "after")
        await new.received("meanwhile", "after")
        await new.send("taxi", friend.phone, "from the new house")
        await friend.wait_for("from the new house")
        account = await house.simulator.at(number).account()
        assert (account.registrations, len(account.companions)) == (1, 1)
        code, text = await run(new, "import", "whatsmeow", url, "-s", "another")
        assert (code, "belongs to another session" in text) == (1, True), text
