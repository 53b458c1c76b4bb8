"""Credentials that were put away, listed and brought back."""

from pathlib import Path

import pytest

from holdfast.engine.answers import FindingKind
from holdfast.kit.clock import SteadyClock
from holdfast.model.errors import AlreadyLinked, CredentialsUnusable, NotConnected, UnknownQuarantined
from holdfast.model.ids import TenantId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.vault import Away
from holdfast.vault.quarantine import KEPT_FOR_MS
from session_stage import TENANT, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def logged_out(room: Stage) -> str:
    """A session whose phone has removed it; the name of its folder in quarantine."""
    session_id = await room.linked("taxi", JID)
    room.link.end(session_id, Reason.LOGGED_OUT_ON_PHONE)
    await room.until(lambda: bool(room.link.disk.quarantine), "it was not put away")
    await room.quiet()
    (found,) = await room.service.quarantined(TENANT)
    assert (found.session, found.what.number, found.what.why) == ("taxi", NUMBER, Away.LOGGED_OUT)
    return found.what.name


async def test_it_comes_back_for_its_session(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        assert room.runtime("taxi").session.state is State.LOGGED_OUT
        await room.service.bring_back(TENANT, name, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        assert room.link.disk.devices == {NUMBER: JID}
        assert await room.service.quarantined(TENANT) == []
        kept = await room.vault.prove(room.store)
        assert [(it.folder, it.jid) for it in kept.records.values()] == [(NUMBER, JID)]


async def test_another_session_may_have_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        await room.service.delete(TENANT, "taxi")
        await room.service.create_or_get(TENANT, "night shift")
        (found,) = await room.service.quarantined(TENANT)
        assert found.session.startswith("taxi (deleted")
        await room.service.bring_back(TENANT, name, "night shift")
        await room.until_state("night shift", State.CONNECTED)


async def test_nothing_takes_the_place_of_credentials_that_work(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        await room.linked("taxi", f"{NUMBER}:4@s.whatsapp.net")
        with pytest.raises(AlreadyLinked):
            await room.service.bring_back(TENANT, name, "taxi")
        await room.service.create_or_get(TENANT, "other")
        with pytest.raises(AlreadyLinked):
            await room.service.bring_back(TENANT, name, "other")
        assert name in room.link.disk.quarantine


async def test_what_could_not_connect_stays_where_it_is(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        room.link.disk.flaws[name] = FindingKind.FILE_DAMAGED
        with pytest.raises(CredentialsUnusable, match="file_damaged"):
            await room.service.bring_back(TENANT, name, "taxi")
        with pytest.raises(UnknownQuarantined):
            await room.service.bring_back(TENANT, "../sessions", "taxi")
        assert room.runtime("taxi").record.folder is None
        assert name in room.link.disk.quarantine


async def test_a_device_that_comes_back_is_not_unlinked(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        room.link.refuse = {"logout": NotConnected(), "unlink": NotConnected()}
        await room.service.log_out(TENANT, "taxi")
        await room.until(lambda: bool(room.service.unlinkings(TENANT)), "nothing is owed")
        await room.quiet()
        (found,) = await room.service.quarantined(TENANT)
        await room.service.bring_back(TENANT, found.what.name, "taxi")
        assert room.service.unlinkings(TENANT) == []
        await room.until_state("taxi", State.CONNECTED)


async def test_another_tenant_sees_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        stranger = TenantId("ten_stranger")
        assert await room.service.quarantined(stranger) == []
        with pytest.raises(UnknownQuarantined):
            await room.supervisor.quarantine.bring_back(stranger, name, room.runtime("taxi"))


async def test_what_has_been_there_for_its_time_is_deleted(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        name = await logged_out(room)
        await room.supervisor.quarantine.sweep()
        assert name in room.link.disk.quarantine
    later = SteadyClock(wall=lambda: SteadyClock().wall_ms + KEPT_FOR_MS)
    async with stage(tmp_path, room.link.disk, clock=later) as room:
        await room.attach()
        await room.supervisor.quarantine.sweep()
        assert room.link.disk.quarantine == {}
