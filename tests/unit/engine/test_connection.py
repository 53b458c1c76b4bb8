"""A confirmation goes along with the command that follows, and alone when none does."""

import asyncio
from typing import Any

import pytest

from holdfast.engine.channel import Channel
from holdfast.engine.connection import Connection
from holdfast.engine.v1 import engine_pb2 as pb


class Wire:
    """A transport that remembers each write."""

    def __init__(self) -> None:
        self.writes: list[pb.Down] = []
        self.written = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.writes.append(pb.Down.FromString(data[4:]))
        self.written.set()

    def abort(self) -> None:
        """Nobody is there."""


@pytest.fixture
async def connected() -> tuple[Connection, Wire]:
    connection, wire = Connection(Channel("gateway", "test"), lambda _: None), Wire()
    transport: Any = wire
    connection.connection_made(transport)
    wire.writes.clear()  # the greeting
    wire.written.clear()
    return connection, wire


async def test_a_confirmation_goes_along_with_the_answer(
    connected: tuple[Connection, Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.connection._RIDES_WITHIN_S", 3600)
    connection, wire = connected
    connection.confirm([1])
    connection.command(pb.Command(session_id="ses_1", send=pb.Send(to="c")))
    async with asyncio.timeout(60):
        await wire.written.wait()
    assert [(list(it.confirmed), len(it.commands)) for it in wire.writes] == [([1], 1)]
    connection.close()


async def test_a_confirmation_goes_alone_when_nothing_follows(connected: tuple[Connection, Wire]) -> None:
    connection, wire = connected
    connection.confirm([1])
    assert not wire.writes
    async with asyncio.timeout(60):
        await wire.written.wait()
    assert [list(it.confirmed) for it in wire.writes] == [[1]]
    connection.close()


async def test_where_confirmations_follow_each_other_they_wait_for_nothing(
    connected: tuple[Connection, Wire], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.engine.connection._RIDES_WITHIN_S", 3600)
    monkeypatch.setattr("holdfast.engine.connection._RIDES_AFTER_S", 3600)
    connection, wire = connected
    connection.confirm([1])
    connection.confirm([2])
    async with asyncio.timeout(60):
        await wire.written.wait()
    assert [list(it.confirmed) for it in wire.writes] == [[1, 2]]
    connection.close()
