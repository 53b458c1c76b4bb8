"""A whatsmeow database on a PostgreSQL server: what goes over, and what is said of one that cannot."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from databases import PostgresqlForTests
from holdfast.model.errors import HoldfastError, SourceUnusable
from holdfast.vault import look_at_source
from holdfast.vault.rows import handed_over

JID = "4915111077513:7@s.whatsapp.net"
THEIRS = f"""
CREATE TABLE whatsmeow_version (version INTEGER, compat INTEGER);
INSERT INTO whatsmeow_version VALUES (12, 8);
CREATE TABLE whatsmeow_device (jid TEXT, push_name TEXT, facebook_uuid uuid);
INSERT INTO whatsmeow_device VALUES
    ('{JID}', 'Taxi', '11111111-2222-3333-4444-555555555555'), ('49151999:1@s.whatsapp.net', '', NULL);
CREATE TABLE whatsmeow_pre_keys (jid TEXT, key bytea, uploaded BOOLEAN);
INSERT INTO whatsmeow_pre_keys VALUES
    ('{JID}', '\\x00ff', true), ('49151999:1@s.whatsapp.net', '\\x01', true);
CREATE TABLE whatsmeow_lid_map (lid TEXT, pn TEXT);
INSERT INTO whatsmeow_lid_map VALUES ('1', '2');
CREATE TABLE chats (jid TEXT)"""


def database(postgresql: PostgresqlForTests, made: str) -> str:
    """The address of a new database in which these statements were run."""
    url = postgresql.empty().url
    # The connection may be seen for a moment more: under this name it is no other program's.
    with psycopg.connect(url, application_name="holdfast") as conn:
        conn.execute(made.encode())
    return url


async def read(path: str) -> Sequence[dict[str, Any]]:
    """Everything that a socket gives."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        return [json.loads(line) async for line in reader]
    finally:
        writer.close()


async def test_the_rows_of_one_device_go_over_as_they_are_on_postgresql(
    postgresql: PostgresqlForTests,
) -> None:
    url = database(postgresql, THEIRS)
    found = look_at_source(url, "4915111077513")
    assert (found.jid, found.push_name, found.used_by) == (JID, "Taxi", "")
    assert (found.carried["pre-keys"], found.carried["sessions with contacts"]) == (1, 0)
    async with handed_over(url, JID) as path:
        schema, *batches, last = await read(path)
    assert (schema, last) == ({"schema": 12}, {"last": True})
    assert {it["table"]: (it["columns"], it["rows"]) for it in batches} == {
        "whatsmeow_device": (
            ["jid", "push_name", "facebook_uuid"],
            [[{"text": JID}, {"text": "Taxi"}, {"text": "11111111-2222-3333-4444-555555555555"}]],
        ),
        "whatsmeow_pre_keys": (
            ["jid", "key", "uploaded"],
            [[{"text": JID}, {"bytes": "AP8="}, {"integer": 1}]],
        ),
        "whatsmeow_lid_map": (["lid", "pn"], [[{"text": "1"}, {"text": "2"}]]),
    }


async def test_a_server_that_breaks_off_is_said_whatever_the_reader_made_of_it_on_postgresql(
    postgresql: PostgresqlForTests,
) -> None:
    of_no_type = "ALTER TABLE whatsmeow_lid_map ALTER COLUMN pn TYPE INET USING '127.0.0.1'"
    url = database(postgresql, f"{THEIRS}; {of_no_type}")

    async def engine() -> None:
        async with handed_over(url, JID) as path:
            assert {"last": True} not in await read(path)
            raise HoldfastError("broken off")

    with pytest.raises(SourceUnusable, match="does not give its rows"):
        await engine()


@pytest.mark.parametrize(
    ("made", "device", "said"),
    [
        ("SELECT 1", "", "no tables whatsmeow_"),
        ("CREATE TABLE whatsmeow_device (jid TEXT, push_name TEXT)", "", "No device is in it"),
        (THEIRS, "", "Several devices"),
        (THEIRS, "+1", "is not in it"),
    ],
)
def test_what_cannot_move_is_said_in_one_line_on_postgresql(
    postgresql: PostgresqlForTests, made: str, device: str, said: str
) -> None:
    with pytest.raises(SourceUnusable, match=said) as caught:
        look_at_source(database(postgresql, made), device)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://gowa:hunter2@/gowa?nonsense=1", "cannot be read"),
        ("postgresql://gowa:hunter2@127.0.0.1:1/gowa", "does not give its rows"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(address: str, said: str) -> None:
    with pytest.raises(SourceUnusable, match=said) as caught:
        look_at_source(address)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
