"""The roster: the one way to change a session, and what follows from a change."""

import asyncio
from pathlib import Path

import pytest

from holdfast.model.errors import UnknownSession
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions import facts as f
from session_stage import TENANT, stage

ANNA, BEN = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"


async def test_a_change_is_recorded_timed_told_and_wakes_who_waits(tmp_path: Path) -> None:
    ups: list[str] = []
    downs: list[str] = []
    async with stage(tmp_path) as room:
        roster = room.supervisor.roster
        roster.on_up = lambda session_id, phone: ups.append(session_id)
        roster.on_down = downs.append
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        assert ups == [session_id]
        waiting = asyncio.create_task(roster.changed_or_timeout(room.runtime("taxi"), 60))
        await asyncio.sleep(0)
        room.link.end(session_id, Reason.STREAM_ERROR)
        await asyncio.wait_for(waiting, 60)
        assert downs == [session_id]
        runtime = room.runtime("taxi")
        assert runtime.timer is not None  # it comes back by itself
        newest, before = await room.service.timeline(TENANT, "taxi", 2)
        assert (newest.state, newest.reason) == (State.RECONNECTING, Reason.STREAM_ERROR)
        assert before.state is State.CONNECTED
        told = (await room.events())[-1].data
        assert (told["state"], told["previous"]) == ("reconnecting", "connected")


async def test_what_the_machine_does_not_hear_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.quiet()
        runtime, events = room.runtime("taxi"), len(await room.events())
        before = runtime.session
        assert not room.supervisor.roster.tell(runtime, f.LinkConnected(runtime.session.epoch - 1))
        assert runtime.session is before
        assert len(await room.events()) == events


async def test_what_is_desired_stands_in_both_records(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.service.disconnect(TENANT, "taxi")
        assert room.runtime("taxi").record.wish == "down"
        kept = await room.vault.prove(room.store)
        assert [it.wish for it in kept.records.values()] == ["down"]
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.quiet()
        assert again.runtime("taxi").session.desired is Desired.DOWN
        assert again.runtime("taxi").session.state is State.STOPPED


async def test_a_timer_of_a_session_that_is_gone_does_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.SERVICE_UNAVAILABLE)
        runtime = room.runtime("taxi")
        assert runtime.timer is not None
        await room.service.delete(TENANT, "taxi")
        assert runtime.timer is None
        with pytest.raises(UnknownSession):
            room.service.show(TENANT, session_id)


async def test_the_registry_alone_gives_every_session_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.linked("van", BEN)
        await room.service.disconnect(TENANT, "van")
    for name in ("holdfast.db", "holdfast.db-wal", "holdfast.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.until_state("taxi", State.CONNECTED)
        assert again.runtime("van").session.state is State.STOPPED
