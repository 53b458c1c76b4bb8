"""Lanes: one per session, in order, all sessions at once; closed without an engine."""

import asyncio
from pathlib import Path

from holdfast.model.errors import CommandRefused, EngineStorageFailed, FolderMissing, NotOpen, WrongFileKey
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, stage

ANNA, BEN = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"


async def test_a_session_that_waits_for_the_engine_holds_up_no_other(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.linked("van", BEN)
        gate = room.link.hold["disconnect"] = asyncio.Event()
        await room.service.disconnect(TENANT, "taxi")
        await room.until(lambda: any(it.startswith("disconnect") for it in room.link.asked), "not asked")
        await room.service.log_out(TENANT, "van")
        await room.until(lambda: len(room.link.disk.quarantine) == 1, "the other one waits")
        gate.set()


async def test_what_the_engine_refuses_is_the_reason_of_the_session(tmp_path: Path) -> None:
    refusals = [
        (EngineStorageFailed(), State.RECONNECTING, Reason.STORAGE_FAILED),
        (CommandRefused("panicked", error_code="panicked"), State.RECONNECTING, Reason.CRASHED),
        (WrongFileKey(), State.FAILED, Reason.WRONG_KEY),
        (FolderMissing(), State.FAILED, Reason.FOLDER_MISSING),
    ]
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        for refusal, state, reason in refusals:
            await room.service.disconnect(TENANT, "taxi")
            await room.quiet()
            room.link.refuse["connect"] = refusal
            await room.service.connect(TENANT, "taxi")
            await room.until_state("taxi", state)
            session = room.runtime("taxi").session
            assert (session.reason, session.detail) == (reason, refusal.message)
            room.link.refuse.clear()


async def test_a_file_that_the_engine_has_closed_is_opened_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.REPLACED)
        room.link.held.clear()
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        assert room.link.asked_of(session_id)[-3:] == [
            f"connect {session_id}",
            f"open {session_id}",
            f"connect {session_id}",
        ]


async def test_an_engine_that_always_says_not_open_is_a_fault_and_no_circle(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        room.link.refuse["connect"] = NotOpen()
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.RECONNECTING)
        assert room.runtime("taxi").session.reason is Reason.CRASHED


async def test_a_command_that_comes_after_the_end_is_kept_and_not_begun(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        assert room.running is not None
        room.running.cancel()
        await asyncio.gather(room.running, return_exceptions=True)
        runtime, before = room.runtime("taxi"), list(room.link.asked)
        room.link.end(runtime.id, Reason.RESTART_REQUIRED)
        await asyncio.sleep(0.01)  # its timer asks for a connection
        assert runtime.lane is None
        assert room.link.asked == before
        room.running = asyncio.create_task(asyncio.Event().wait())  # type: ignore[arg-type]
