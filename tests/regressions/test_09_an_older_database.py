"""Never again: an older database is put back, and consumers skip what takes the lost events' place."""

import shutil
from pathlib import Path

import pytest

from holdfast.journal import Draft, Journal
from holdfast.model.errors import CursorGenerationChanged, CursorInvalid
from holdfast.model.events import SessionPairing
from holdfast.model.states import State
from holdfast.store import SqliteFile, Store
from rooms import EVERYTHING, TENANT
from session_stage import Disk, stage


async def append(store: Store, journal: Journal, count: int) -> None:
    """Events of a session."""
    drafts = [Draft("ses_a", TENANT, SessionPairing(ended="linked")) for _ in range(count)]
    await store.write(lambda unit: journal.append_many(unit, drafts))


async def test_a_consumer_is_told_that_its_history_is_gone(tmp_path: Path) -> None:
    path, copy = tmp_path / "holdfast.db", tmp_path / "backup.db"
    store = await Store.open(SqliteFile(path))
    journal = await Journal.open(store)
    await append(store, journal, 10)
    kept = journal.cursor_at(10)
    await store.close()
    shutil.copy(path, copy)

    store = await Store.open(SqliteFile(path))  # a restart, and life goes on
    journal = await Journal.open(store)
    assert journal.position_of(kept) == 10
    await append(store, journal, 10)
    lost = journal.cursor_at(20)
    await store.close()

    shutil.copy(copy, path)
    store = await Store.open(SqliteFile(path))
    journal = await Journal.open(store)
    for before_and_after_new_events_have_taken_the_place in range(2):
        with pytest.raises(CursorGenerationChanged):
            journal.position_of(lost)
        assert journal.position_of(kept) == 10
        await append(store, journal, 20 * (1 - before_and_after_new_events_have_taken_the_place))
    assert journal.position_of(journal.cursor_at(30)) == 30
    # The choice is the consumer's: everything that is there, or what comes from now on.
    assert len((await journal.read(journal.position_of(""), 100, EVERYTHING)).events) == 30
    await store.close()


async def test_a_backup_of_a_running_gateway_is_noticed_too(tmp_path: Path) -> None:
    path, copy = tmp_path / "holdfast.db", tmp_path / "backup.db"
    store = await Store.open(SqliteFile(path))
    journal = await Journal.open(store)
    await append(store, journal, 5)
    await store.write(lambda unit: None)
    for part in ("", "-wal", "-shm"):
        shutil.copy(f"{path}{part}", f"{copy}{part}")
    await append(store, journal, 5)
    lost = journal.cursor_at(10)
    await store.close()
    store = await Store.open(SqliteFile(copy))
    journal = await Journal.open(store)
    await append(store, journal, 10)
    with pytest.raises(CursorGenerationChanged):
        journal.position_of(lost)
    await store.close()


async def test_a_cursor_that_was_never_given_out_is_still_just_invalid(
    store: Store, journal: Journal
) -> None:
    with pytest.raises(CursorInvalid):
        journal.position_of("nonsense")


async def test_cursors_of_the_version_before_go_on(store: Store, journal: Journal) -> None:
    await append(store, journal, 3)
    assert journal.position_of("AQAAAAAAAAAC") == 2


async def test_a_link_that_was_made_since_is_not_forgotten(tmp_path: Path) -> None:
    """The registry's record is newer than the database's: the higher revision wins."""
    live, copy, disk = tmp_path / "live", tmp_path / "older", Disk()
    copy.mkdir()
    async with stage(live, disk) as room:
        await room.attach()
        await room.service.create_or_get(TENANT, "taxi")
        await room.supervisor.roster.recorder.settled()
        for file in live.glob("holdfast.db*"):
            shutil.copy(file, copy)
        await room.linked("taxi", "4915100000001:1@s.whatsapp.net")
        assert room.service.show(TENANT, "taxi").phone == "+4915100000001"
    for file in live.glob("holdfast.db*"):
        file.unlink()
    for file in copy.iterdir():
        shutil.copy(file, live)
    async with stage(live, disk) as again:
        assert again.service.show(TENANT, "taxi").phone == "+4915100000001"
        await again.attach()
        await again.until_state("taxi", State.CONNECTED)  # without a code
        kept = again.runtime("taxi").record
    async with stage(live, disk) as once_more:
        assert once_more.runtime("taxi").record == kept
