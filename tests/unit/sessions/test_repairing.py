"""Files that fail, and the snapshots that take their place."""

import asyncio
from pathlib import Path

import pytest

from holdfast.engine import facts as said
from holdfast.engine.answers import FindingKind
from holdfast.model.errors import EngineStorageFailed
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import safekeeping
from session_stage import MASTER, TENANT, Disk, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def saved(room: Stage, count: int = 1) -> None:
    await room.until(lambda: len(room.link.disk.snapshots) == count, "no snapshot was taken")


async def saved_version(room: Stage, version: int) -> None:
    def there() -> bool:
        return max(it[2] for it in room.link.disk.snapshots.values()) == version

    await room.until(there, "the change was not saved")


async def reasons(room: Stage) -> list[str]:
    return [event.data["reason"] for event in await room.events() if event.type == "session.state"]


async def test_a_link_is_saved_and_every_change_of_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", JID)
        await saved(room)
        for version in range(1, 5):
            room.link.disk.versions[NUMBER] = version
            room.link.say(session_id, said.CredentialsChanged())
            await saved_version(room, version)
        await saved(room, 3)
        assert sorted(it[2] for it in room.link.disk.snapshots.values()) == [2, 3, 4]
        room.link.say(session_id, said.CredentialsChanged())
        await room.until(lambda: room.link.asked[-1] == f"snapshot {NUMBER}", "nobody looked")
        await room.quiet()
        assert len(room.link.disk.snapshots) == 3


@pytest.mark.parametrize("what", ["damaged", "missing", "key"])
async def test_what_fails_at_a_start_is_replaced_and_told(tmp_path: Path, what: str) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", JID)
        await saved(room)
        disk = room.link.disk
        room.detach()
        if what == "damaged":
            disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        elif what == "missing":
            del disk.folders[NUMBER], disk.devices[NUMBER]
        else:
            disk.folders[NUMBER] = b"no key"
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        told = await reasons(room)
        assert told[-2:] == [Reason.RESTORED_FROM_SNAPSHOT, Reason.LOGGED_IN]
        assert MASTER.unwrap(disk.folders[NUMBER]).session_id == session_id
        away = [name for name in disk.quarantine if name.startswith(f"{NUMBER}-damaged-")]
        assert len(away) == (0 if what == "missing" else 1)
        assert len(disk.snapshots) == 1  # it stays: the link goes on


async def test_without_a_good_snapshot_nothing_is_touched(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        disk = room.link.disk
        (name,) = disk.snapshots
        disk.flaws[name] = FindingKind.FILE_DAMAGED
        disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        room.detach()
        await room.attach()
        await room.until_state("taxi", State.FAILED)
        assert room.runtime("taxi").session.reason is Reason.FILE_CORRUPT
        assert NUMBER in disk.folders
        assert disk.quarantine == {}


async def test_a_snapshot_of_another_device_is_not_used(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        disk = room.link.disk
        ((name, (key, _, version)),) = disk.snapshots.items()
        disk.snapshots[name] = (key, "4915100000002:3@s.whatsapp.net", version)
        del disk.folders[NUMBER], disk.devices[NUMBER]
        room.detach()
        await room.attach()
        await room.until_state("taxi", State.FAILED)
        assert room.runtime("taxi").session.reason is Reason.FOLDER_MISSING


async def test_the_file_of_another_number_is_put_away(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        disk = room.link.disk
        disk.devices[NUMBER] = "4915100000002:3@s.whatsapp.net"
        room.detach()
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        assert disk.devices[NUMBER] == JID
        assert list(disk.quarantine.values()) == ["4915100000002:3@s.whatsapp.net"]
        assert room.runtime("taxi").record.jid == JID
        assert len(disk.snapshots) == 1  # the foreign file was not saved as this number's


async def test_after_a_storage_failure_the_file_is_looked_at(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", JID)
        await saved(room)
        room.link.disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        room.link.end(session_id, Reason.STORAGE_FAILED)
        await room.until_state("taxi", State.RECONNECTING)
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        assert Reason.RESTORED_FROM_SNAPSHOT in await reasons(room)


async def test_a_file_that_is_overwritten_under_a_connection_is_found_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safekeeping, "_LOOKS_AT_WRITTEN_AFTER_S", 0.0)
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        looked = f"inspect {NUMBER}"
        await room.until(lambda: looked in room.link.asked, "nobody looked at it")
        await room.supervisor.safekeeping.watch_folders()
        room.link.disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        await room.supervisor.safekeeping.watch_folders()  # as before, for all that can be seen
        assert room.link.asked.count(looked) == 1
        room.link.disk.written_ms[NUMBER] = 2
        await room.supervisor.safekeeping.watch_folders()
        await room.until(lambda: room.link.disk.quarantine != {}, "it was not replaced")
        await room.until_state("taxi", State.CONNECTED)
        assert Reason.RESTORED_FROM_SNAPSHOT in await reasons(room)


async def test_a_file_that_is_written_again_and_again_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safekeeping, "_LOOKS_AT_WRITTEN_AFTER_S", 0.0)
    numbers = [f"491510000000{it}" for it in (1, 2, 3)]
    async with stage(tmp_path) as room:
        link, disk = room.link, room.link.disk

        def looks() -> list[str]:
            commands = [it.partition(" ") for it in link.asked]
            return [folder for name, _, folder in commands if name == "inspect" and "/" not in folder]

        async def write(*written: str) -> None:
            for number in written:
                disk.written_ms[number] = disk.written_ms.get(number, 1) + 1
            await room.supervisor.safekeeping.watch_folders()

        await room.attach()
        for number in numbers:
            await room.linked(f"taxi{number}", f"{number}:3@s.whatsapp.net")
        await room.until(lambda: sorted(looks()) == numbers, "nobody looked at them")
        await write()
        link.hold["inspect"] = asyncio.Event()
        await write(numbers[0])
        await room.until(lambda: looks()[3:] == numbers[:1], "nobody looked at what was written")
        await write(*numbers)
        link.hold["inspect"].set()
        await room.until(lambda: looks()[4:] == [*numbers[1:], numbers[0]], lambda: str(looks()))


async def test_a_file_that_vanishes_from_under_a_connection_comes_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        del room.link.disk.folders[NUMBER], room.link.disk.devices[NUMBER]
        await room.supervisor.safekeeping.watch_folders()
        await room.until(lambda: NUMBER in room.link.disk.devices, "it did not come back")
        await room.until_state("taxi", State.CONNECTED)
        assert (await reasons(room))[-3:] == [
            Reason.FOLDER_MISSING,
            Reason.RESTORED_FROM_SNAPSHOT,
            Reason.LOGGED_IN,
        ]


async def test_a_working_session_is_not_ended_where_no_snapshot_helps(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        room.link.disk.snapshots.clear()
        await room.supervisor.snapshots.look()
        del room.link.disk.folders[NUMBER], room.link.disk.devices[NUMBER]
        await room.supervisor.safekeeping.watch_folders()
        await room.quiet()
        assert room.runtime("taxi").session.state is State.CONNECTED


async def test_a_full_disk_costs_a_snapshot_and_nothing_else(tmp_path: Path) -> None:
    disk = Disk()
    async with stage(tmp_path, disk) as room:
        room.link.refuse["snapshot"] = EngineStorageFailed("no space left on device")
        await room.attach()
        session_id = await room.linked("taxi", JID)
        room.link.say(session_id, said.CredentialsChanged())
        await room.until(lambda: f"snapshot {NUMBER}" in room.link.asked, "nobody tried")
        await room.quiet()
        assert room.runtime("taxi").session.state is State.CONNECTED
        room.link.refuse.clear()
        room.link.disk.versions[NUMBER] = 1
        room.link.say(session_id, said.CredentialsChanged())
        await saved(room)


async def test_a_log_out_takes_the_snapshots_along(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await saved(room)
        await room.service.log_out(TENANT, "taxi")
        await room.until(lambda: bool(room.link.disk.quarantine), "it was not put away")
        await room.quiet()
        assert room.link.disk.snapshots == {}
        assert room.supervisor.snapshots.numbers == []
