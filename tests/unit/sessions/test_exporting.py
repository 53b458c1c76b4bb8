"""A number that moves out rests here, and one that cannot goes on as before."""

import asyncio
from pathlib import Path

import pytest

from holdfast.model.errors import (
    Busy,
    CredentialsUnusable,
    EngineStorageFailed,
    EngineUnreachable,
    RequestInvalid,
)
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from session_stage import TENANT, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def export(room: Stage, target: Path, *, keep_connected: bool = False) -> State:
    await room.service.export(TENANT, "taxi", target, keep_connected=keep_connected)
    return room.runtime("taxi").session.state


async def test_it_is_stopped_and_closed_before_it_is_written(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        assert await export(room, tmp_path / "store.db") is State.STOPPED
        assert (tmp_path / "store.db").read_text() == JID
        assert room.runtime("taxi").session.desired is Desired.DOWN
        assert room.link.disk.devices == {NUMBER: JID}  # it is still here


async def test_it_connects_again_where_its_owner_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await export(room, tmp_path / "store.db", keep_connected=True)
        await room.until_state("taxi", State.CONNECTED)


async def test_one_that_was_stopped_stays_so(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await room.service.disconnect(TENANT, "taxi")
        assert await export(room, tmp_path / "store.db", keep_connected=True) is State.STOPPED


async def test_what_could_not_be_written_connects_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        room.link.refuse["export"] = EngineStorageFailed()
        with pytest.raises(EngineStorageFailed):
            await export(room, tmp_path / "store.db")
        await room.until_state("taxi", State.CONNECTED)
        assert room.runtime("taxi").session.desired is Desired.UP


async def test_a_place_that_cannot_be_stops_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        (tmp_path / "mine.db").write_text("mine")
        for place in (tmp_path / "mine.db", tmp_path / "none" / "store.db"):
            with pytest.raises(RequestInvalid):
                await export(room, place)
        room.detach()
        with pytest.raises(EngineUnreachable):
            await export(room, tmp_path / "store.db")
        assert (tmp_path / "mine.db").read_text() == "mine"
        assert room.runtime("taxi").session.desired is Desired.UP


async def test_there_is_nothing_to_export_of_one_that_is_not_linked_or_was_logged_out(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.service.create_or_get(TENANT, "taxi")
        with pytest.raises(CredentialsUnusable):
            await export(room, tmp_path / "store.db")
        session_id = await room.linked("taxi", JID)
        room.link.end(session_id, Reason.LOGGED_OUT_ON_PHONE)
        await room.until_state("taxi", State.LOGGED_OUT)
        with pytest.raises(CredentialsUnusable):
            await export(room, tmp_path / "store.db")
        assert not (tmp_path / "store.db").exists()


async def test_what_is_connected_meanwhile_leaves_no_older_copy(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        room.link.hold["export"] = asyncio.Event()
        exporting = asyncio.create_task(export(room, tmp_path / "store.db"))
        await room.until(lambda: f"export {NUMBER}" in room.link.asked, "nothing is exported")
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        room.link.held.clear()  # the engine's own copy is none of what is looked at here
        room.link.hold["export"].set()
        with pytest.raises(Busy):
            await exporting
        assert not (tmp_path / "store.db").exists()
