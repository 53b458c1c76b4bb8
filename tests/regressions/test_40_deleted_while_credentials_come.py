"""Never again: a session that is deleted or linked while credentials are brought to it keeps their number.

An import, and what comes back out of quarantine, take seconds: what was true before them may be so no more.
"""

import asyncio
from pathlib import Path

import pytest

from holdfast.model.errors import AlreadyLinked, HoldfastError, UnknownSession
from holdfast.model.states import State
from holdfast.sessions.runtime import Runtime
from holdfast.vault import Source
from holdfast.vault.source import Kind
from session_stage import TENANT, Disk, Stage, stage

NUMBER, OTHER = "4915100000001", "4915100000002"
ANNA, BEN = f"{NUMBER}:1@s.whatsapp.net", f"{OTHER}:1@s.whatsapp.net"
SOURCE = Source(Kind.WHATSMEOW, "/srv/store.db", ANNA, "Ada", {})


async def _begun(room: Stage, what: str) -> None:
    await room.until(lambda: any(it.startswith(f"{what} ") for it in room.link.asked), f"no {what}")


async def _refused(bringing: "asyncio.Task[None]", error: type[HoldfastError]) -> None:
    with pytest.raises(error):
        await bringing


async def _free_for(room: Stage, name: str) -> None:
    """The number can be linked, and nothing of before is in its place."""
    assert room.link.disk.folders == {}
    await room.linked(name, ANNA)
    await room.quiet()


async def _starts(folder: Path, disk: Disk, name: str) -> None:
    """Another process has this session alone, and connects it."""
    async with stage(folder, disk) as again:
        assert [it.name for it in again.service.list(TENANT)] == [name]
        await again.attach()
        await again.until_state(name, State.CONNECTED)


async def _deleted(room: Stage, runtime: Runtime) -> None:
    await room.service.delete(TENANT, runtime.name)
    await room.until(lambda: runtime.deleted, "it was not deleted")


async def test_an_import_into_a_session_that_is_deleted_meanwhile_leaves_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.service.create_or_get(TENANT, "taxi")
        runtime, gate = room.runtime("taxi"), asyncio.Event()
        room.link.hold["import"] = gate
        bringing = asyncio.create_task(room.supervisor.importing.take(runtime, SOURCE))
        await _begun(room, "import")
        await _deleted(room, runtime)
        gate.set()
        await _refused(bringing, UnknownSession)
        assert list(room.link.disk.quarantine.values()) == [ANNA]
        assert room.link.unlinked == []  # it is still the other program's
        await _free_for(room, "second")
    await _starts(tmp_path, room.link.disk, "second")


async def test_an_import_into_a_session_that_is_linked_meanwhile_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        gate = room.link.hold["import"] = asyncio.Event()
        bringing = asyncio.create_task(room.supervisor.importing.take(room.runtime("taxi"), SOURCE))
        await _begun(room, "import")
        room.link.scan_code(session_id, BEN)
        await room.until_state("taxi", State.CONNECTED)
        gate.set()
        await _refused(bringing, AlreadyLinked)
        assert room.runtime("taxi").record.phone == OTHER
        assert list(room.link.disk.folders) == [OTHER]


async def test_what_comes_back_to_a_session_that_is_deleted_meanwhile_stays_and_is_unlinked(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        room.link.hold["unlink"] = asyncio.Event()
        await room.service.log_out(TENANT, "taxi")
        await room.until(lambda: bool(room.service.unlinkings(TENANT)), "nothing is owed")
        await room.quiet()
        (found,) = await room.service.quarantined(TENANT)
        runtime, gate = room.runtime("taxi"), asyncio.Event()
        room.link.hold["inspect"] = gate
        bringing = asyncio.create_task(
            room.supervisor.quarantine.bring_back(TENANT, found.what.name, runtime)
        )
        await _begun(room, "inspect")
        await _deleted(room, runtime)
        gate.set()
        await _refused(bringing, UnknownSession)
        room.link.hold["unlink"].set()
        await room.until(lambda: room.link.unlinked == [ANNA], "it stays linked on the phone")
        del room.link.hold["inspect"]
        await _free_for(room, "second")
    await _starts(tmp_path, room.link.disk, "second")
