"""Never again: a session that is deleted while a phone links it keeps the number, or ends the gateway."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from holdfast.model.errors import UnknownSession
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import repository
from holdfast.sessions.linking import SCRATCH
from holdfast.store import ConstraintViolated
from house import House
from session_stage import TENANT, Holding, Stage, stage

ANNA, BEN = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"


async def _gone(room: Stage, session_id: str) -> None:
    found = room.supervisor.roster.index
    await room.until(lambda: session_id not in {it.id for it in found}, "the session was not forgotten")


@pytest.mark.parametrize("during", ["scan", "adopt", "quarantine", "connect"])
async def test_deleted_at_any_step_of_an_adoption_leaves_nothing_in_place(
    tmp_path: Path, during: str
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        gate = room.link.hold[during] = asyncio.Event()
        room.link.scan_code(session_id, ANNA)
        await room.until(
            lambda: during in {"scan", "quarantine"} or f"{during} {session_id}" in room.link.asked, during
        )
        deleting = asyncio.create_task(room.service.delete(TENANT, "taxi"))
        await asyncio.sleep(0)
        gate.set()
        await deleting
        await _gone(room, session_id)
        assert room.link.disk.folders == {}
        # what the phone counts as linked is kept, to be unlinked
        assert list(room.link.disk.quarantine.values()) == [ANNA]
        # and the number is free: the same phone links another session
        await room.linked("second", ANNA)
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.until_state("second", State.CONNECTED)


async def test_a_phone_that_accepts_after_the_deletion_is_given_up(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        epoch = room.link.held[session_id].epoch
        await room.service.delete(TENANT, "taxi")
        await _gone(room, session_id)
        # The cancelled pairing had been accepted by the phone: its device is saved, and said, late.
        room.link.disk.folders[SCRATCH + session_id] = b"key"
        room.link.held[session_id] = Holding(SCRATCH + session_id, "", epoch)
        room.link.scan_code(session_id, ANNA)
        await room.until(lambda: not room.link.disk.folders, "the scratch folder stayed")
        assert list(room.link.disk.quarantine.values()) == [ANNA]


async def test_two_deletions_at_once_and_the_name_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        first = await room.linked("taxi", ANNA)
        done = await asyncio.gather(
            *(room.service.delete(TENANT, "taxi") for _ in range(3)), return_exceptions=True
        )
        assert [type(it) for it in done if it is not None] == [UnknownSession, UnknownSession]
        view, created = await room.service.create_or_get(TENANT, "taxi")
        assert created
        assert view.id != first
        # a name that looks like that of a deleted record is refused or taken, never an accident
        await room.service.create_or_get(TENANT, "taxi (deleted)")


async def test_deleted_without_an_engine_the_name_is_free_and_the_rest_follows(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        first = await room.linked("taxi", ANNA)
        room.detach()
        await room.service.delete(TENANT, "taxi")
        assert [it.id for it in room.service.list(TENANT)] == []
        second, created = await room.service.create_or_get(TENANT, "taxi")
        assert created
    # the process ends before an engine comes: the next one finishes the deletion
    async with stage(tmp_path, room.link.disk) as again:
        assert [it.id for it in again.service.list(TENANT)] == [second.id]
        await again.attach()
        await _gone(again, first)
        assert again.link.disk.folders == {}
        await again.linked("taxi", ANNA)


async def test_a_row_that_the_database_refuses_costs_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        bad = await room.linked("taxi", ANNA)
        await room.linked("van", BEN)
        update = repository.update

        def refuse(unit: Any, rows: Any) -> None:
            if any(row["id"] == bad for row in rows):
                raise ConstraintViolated("sessions.update", "UNIQUE constraint failed: sessions.phone")
            update(unit, rows)

        monkeypatch.setattr(repository, "update", refuse)
        room.detach()
        await room.attach()
        await room.until_state("taxi", State.FAILED)
        assert room.runtime("taxi").session.reason is Reason.RECORD_REFUSED
        await room.until_state("van", State.CONNECTED)
        await room.quiet()
        last = [event for event in await room.events() if event.session_id == bad][-1]
        assert last.data["reason"] == Reason.RECORD_REFUSED
    monkeypatch.undo()
    # what it is was kept all the same, and a new process tries again
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.until_state("van", State.CONNECTED)
        await again.until_state("taxi", State.CONNECTED)


@pytest.mark.parametrize("writer", ["add_timeline", "save_heartbeats", "insert"])
async def test_no_writer_of_the_room_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)

        def refuse(unit: Any, *rows: Any, **more: Any) -> None:
            if more or any(rows):
                raise ConstraintViolated(writer, "UNIQUE constraint failed")

        monkeypatch.setattr(repository, writer, refuse)
        room.supervisor.roster.recorder.note_heartbeat(room.runtime("taxi").id, 5)
        # a folder that only the disk remembers is taken in, and cannot be recorded
        room.link.disk.folders["4915100000009"] = room.vault.new_key("ses_lost")[1]
        room.detach()
        await room.attach()
        await room.quiet()
        assert room.running is not None
        assert not room.running.done()


async def test_a_deleted_row_that_still_owns_a_number_does_not_own_it(tmp_path: Path) -> None:
    """What an older version may have left: the late adoption had written the deleted row."""
    async with stage(tmp_path) as room:
        await room.attach()
        first = await room.linked("taxi", ANNA)
        runtime = room.runtime("taxi")
        await room.service.delete(TENANT, "taxi")
        await _gone(room, first)
        room.supervisor.roster.remember(runtime)  # late: it still names its number
        await room.quiet()
        await room.linked("second", ANNA)
        await room.quiet()
        assert room.runtime("second").session.state is State.CONNECTED


@pytest.mark.parametrize("after_ms", [0, 80, 160])
async def test_a_phone_that_has_just_accepted_keeps_no_device_of_a_deleted_session(
    house: House, after_ms: int
) -> None:
    phone = await house.simulator.phone("Ann")
    await house.ask("PUT", "/v1/sessions/taxi", 201)
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await phone.scan(qr["code"])
    await asyncio.sleep(after_ms / 1000)  # somewhere between the phone's yes and the connection
    await house.ask("DELETE", "/v1/sessions/taxi", 204)

    async def nothing_left() -> bool:
        listed = await house.ask("GET", "/v1/sessions")
        there = any((house.place.data / "sessions").iterdir())
        return not there and not listed["unlinking"] and not (await phone.account()).companions

    await house.until(nothing_left, "a device or its folder stayed")
    # the next start is an ordinary one, and the phone links again
    await house.kill("gateway", "engine")
    await house.start()
    await house.ask("PUT", "/v1/sessions/taxi", 201)
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await phone.scan(qr["code"])
    await house.connected("taxi")
