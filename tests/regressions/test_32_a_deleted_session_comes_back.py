"""Never again: a deleted session is there again after a kill, and takes messages that it never sends."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.model.errors import UnknownSession
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.vault import Record, registry
from session_stage import MASTER, TENANT, Disk, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


def written(data: Path, session_id: SessionId, **changes: Any) -> None:
    """The registry was written with these changes; then everything was killed, before the database was."""
    path = data / "registry.json"
    records = dict(registry.load(path).records)
    record = records[session_id]
    records[session_id] = replace(record, revision=record.revision + 5, **changes)
    registry.save(path, records.values(), MASTER.check_value)


async def test_killed_while_its_credentials_leave_their_place(tmp_path: Path) -> None:
    disk = Disk()
    async with stage(tmp_path, disk) as room:
        await room.attach()
        session_id = SessionId(await room.linked("taxi", JID))
        room.link.hold["quarantine"] = asyncio.Event()
        deleting = asyncio.create_task(room.service.delete(TENANT, "taxi"))
        await room.until(lambda: f"quarantine {session_id}" in room.link.asked, "nothing was put away")
        await room.supervisor.roster.recorder.settled()
        deleting.cancel()
    written(tmp_path, session_id, folder=None)
    async with stage(tmp_path, disk) as room:
        assert room.service.list(TENANT) == []
        with pytest.raises(UnknownSession):
            room.supervisor.roster.index.resolve(TENANT, session_id)
        await room.attach()
        await room.until(lambda: not list(room.supervisor.roster.index), "it was never forgotten")


async def test_killed_when_one_record_of_both_knew(tmp_path: Path) -> None:
    disk = Disk()
    async with stage(tmp_path, disk) as room:
        await room.attach()
        session_id = SessionId(await room.linked("taxi", JID))
        await room.quiet()
    written(tmp_path, session_id, name=f"taxi (deleted {session_id})", deleted=True)
    async with stage(tmp_path, disk) as room:
        assert room.service.list(TENANT) == []
        await room.attach()
        await room.until(lambda: not list(room.supervisor.roster.index), "it was never forgotten")
        told = [event.data for event in await room.events() if event.type == "session.state"]
        assert (told[-1]["state"], told[-1]["reason"]) == (State.DELETED, Reason.DELETED_HERE)
        assert list(disk.folders) == []
        view, fresh = await room.service.create_or_get(TENANT, "taxi")  # its name is free
        assert fresh
        assert view.id != session_id


async def test_rebuilt_from_the_registry_alone_it_is_deleted_too(tmp_path: Path) -> None:
    path, disk = tmp_path / "registry.json", Disk()
    session_id = SessionId("ses_1")
    gone = Record(session_id, TENANT, "taxi (deleted ses_1)", "down", 1, NUMBER, NUMBER, JID, deleted=True)
    registry.save(path, [gone], MASTER.check_value)
    assert registry.load(path).records == {session_id: gone}
    async with stage(tmp_path, disk) as room:
        assert room.service.list(TENANT) == []
        await room.attach()
        await room.until(lambda: not list(room.supervisor.roster.index), "it was never forgotten")


async def test_killed_while_it_was_renamed_a_banned_number_rests_on(tmp_path: Path) -> None:
    disk = Disk()
    async with stage(tmp_path, disk) as room:
        await room.attach()
        session_id = SessionId(await room.linked("taxi", JID))
        room.link.end(session_id, Reason.BANNED_FOR_GOOD)
        await room.until_state("taxi", State.BANNED)
        await room.quiet()
    written(tmp_path, session_id, name="cab")
    async with stage(tmp_path, disk) as room:
        assert [(it.name, it.state) for it in room.service.list(TENANT)] == [("cab", State.BANNED)]
