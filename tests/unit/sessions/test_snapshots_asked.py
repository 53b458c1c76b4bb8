"""Snapshots that an owner takes and verifies."""

from pathlib import Path

import pytest

from holdfast.engine.answers import FindingKind
from holdfast.model.errors import CredentialsUnusable, EngineStorageFailed, UnknownSession, UnknownSnapshot
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.vault import Away, Snapshot, Why
from session_stage import TENANT, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def saved(room: Stage, count: int) -> None:
    await room.until(lambda: len(room.link.disk.snapshots) == count, "no snapshot was taken")


async def test_what_is_the_same_is_saved_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room, 1)
        assert not await room.service.take_snapshot(TENANT, "taxi")
        room.link.disk.versions[NUMBER] = 7
        # The house itself looks at files too, and may have been faster.
        await room.service.take_snapshot(TENANT, "taxi")
        found = room.service.snapshots(TENANT, "taxi")
        assert len(found) == len(room.link.disk.snapshots) == 2
        assert found[0][0].at_ms > found[1][0].at_ms


async def test_a_snapshot_that_no_longer_opens_is_told_and_kept(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room, 1)
        await room.service.verify_snapshots(TENANT, "taxi")
        ((snapshot, look),) = room.service.snapshots(TENANT, "taxi")
        assert look is not None
        assert look.good
        assert snapshot.size_bytes > 0
        room.link.disk.flaws[snapshot.folder] = FindingKind.FILE_DAMAGED
        await room.service.verify_snapshots(TENANT, "taxi", snapshot.name)
        ((_, again),) = room.service.snapshots(TENANT, "taxi")
        assert again is not None
        assert (again.good, again.at_ms >= look.at_ms) == (False, True)
        await saved(room, 1)
        with pytest.raises(UnknownSnapshot):
            await room.service.verify_snapshots(TENANT, "taxi", "20200101T000000000Z-changed")


async def test_a_number_that_is_not_linked_has_nothing_to_save(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.service.create_or_get(TENANT, "taxi")
        with pytest.raises(CredentialsUnusable):
            await room.service.take_snapshot(TENANT, "taxi")
        assert list(room.service.snapshots(TENANT, "taxi")) == []
        with pytest.raises(UnknownSession):
            room.service.snapshots(TENANT, "nobody")


# ---- put back ----------------------------------------------------------------------------------------------


async def two(room: Stage) -> list[Snapshot]:
    """A linked number whose credentials were saved twice; the newest first."""
    await room.attach()
    await room.linked("taxi", JID)
    await saved(room, 1)
    room.link.disk.versions[NUMBER] = 7
    await room.service.take_snapshot(TENANT, "taxi")
    return [it for it, _ in room.service.snapshots(TENANT, "taxi")]


async def test_a_chosen_snapshot_takes_the_place_of_a_file_that_works(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        room.link.disk.versions[NUMBER] = 8  # what nobody has saved yet
        before = len(room.link.asked)
        view = await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        assert view.reason in {Reason.SNAPSHOT_CHOSEN, Reason.LOGGED_IN}
        await room.until_state("taxi", State.CONNECTED)
        asked = [it.split()[0] for it in room.link.asked[before:]]
        # Never two connections of one number: closed first, and opened when the other file is in its place.
        wanted = ["close", "snapshot", "quarantine", "restore", "open", "connect"]
        assert [it for it in asked if it in wanted][:6] == wanted
        assert room.link.disk.devices[NUMBER] == JID
        (away,) = room.link.disk.quarantine
        assert Away.EXCHANGED in away
        # What was in use is saved, so that the choice can be taken back; the chosen one is still there.
        found = [it for it, _ in room.service.snapshots(TENANT, "taxi")]
        assert oldest in found
        assert Why.BEFORE in {it.why for it in found}
        told = [it.reason for it in await room.service.timeline(TENANT, "taxi", 20)]
        assert Reason.SNAPSHOT_CHOSEN in told


async def test_a_number_that_is_paused_stays_so_with_the_chosen_credentials(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        view = await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        await room.quiet()
        assert view.state is State.STOPPED
        assert room.link.disk.devices[NUMBER] == JID
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)


async def test_the_snapshot_of_before_can_be_chosen_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        room.link.disk.versions[NUMBER] = 8
        await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        await room.until_state("taxi", State.CONNECTED)
        before = next(it for it, _ in room.service.snapshots(TENANT, "taxi") if it.why is Why.BEFORE)
        room.link.disk.versions[NUMBER] = 9
        await room.service.put_back_snapshot(TENANT, "taxi", before.name)
        await room.until_state("taxi", State.CONNECTED)
        assert before in [it for it, _ in room.service.snapshots(TENANT, "taxi")]


async def test_what_cannot_connect_is_not_put_back_and_nothing_is_disturbed(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        epoch = room.runtime("taxi").session.epoch
        room.link.disk.flaws[oldest.folder] = FindingKind.FILE_DAMAGED
        with pytest.raises(CredentialsUnusable):
            await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        with pytest.raises(UnknownSnapshot):
            await room.service.put_back_snapshot(TENANT, "taxi", "nothing")
        session = room.runtime("taxi").session
        assert (session.state, session.epoch) == (State.CONNECTED, epoch)
        assert room.link.disk.quarantine == {}


async def test_what_the_engine_refuses_is_said_and_the_number_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        room.link.refuse["quarantine"] = EngineStorageFailed("full")
        with pytest.raises(EngineStorageFailed):
            await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        del room.link.refuse["quarantine"]
        await room.until_state("taxi", State.CONNECTED)
        assert room.link.disk.quarantine == {}


async def test_a_restore_that_fails_in_its_middle_leaves_a_number_that_connects(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        newest, oldest = await two(room)
        room.link.refuse["restore"] = EngineStorageFailed("full")
        with pytest.raises(EngineStorageFailed):
            await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
        del room.link.refuse["restore"]
        await room.service.connect(TENANT, "taxi")
        # The folder is missing now, which is repaired as ever: by the newest snapshot.
        await room.until_state("taxi", State.CONNECTED)
        assert newest in [it for it, _ in room.service.snapshots(TENANT, "taxi")]


async def test_a_number_that_is_not_linked_gets_nothing_put_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        _, oldest = await two(room)
        await room.service.log_out(TENANT, "taxi")
        await room.quiet()
        with pytest.raises((UnknownSnapshot, CredentialsUnusable)):
            await room.service.put_back_snapshot(TENANT, "taxi", oldest.name)
