"""Both records are lost, and more: what is left gives the sessions back."""

import json
from pathlib import Path

import pytest

from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, Disk, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


async def a_life_before(folder: Path) -> tuple[Disk, str]:
    """The disk of a session that was linked and saved, and its id."""
    folder.mkdir()
    async with stage(folder) as room:
        await room.attach()
        session_id = await room.linked("taxi", JID)
        await room.until(lambda: bool(room.link.disk.snapshots), "no snapshot was taken")
        return room.link.disk, session_id


def only(room: Stage) -> tuple[str, str | None, str]:
    (runtime,) = room.supervisor.roster.index
    return runtime.id, runtime.record.phone, runtime.name


@pytest.mark.parametrize("lost", ["registry", "database", "both", "both and the folder"])
async def test_what_is_left_is_enough(tmp_path: Path, lost: str) -> None:
    disk, session_id = await a_life_before(tmp_path / "a")
    if "both" in lost or lost == "database":
        for file in (tmp_path / "a").glob("holdfast.db*"):
            file.unlink()
    if "both" in lost or lost == "registry":
        (tmp_path / "a" / "registry.json").unlink()
    if "folder" in lost:
        del disk.folders[NUMBER], disk.devices[NUMBER]
    async with stage(tmp_path / "a", disk) as room:
        await room.attach()
        await room.until(
            lambda: [it.session.state for it in room.supervisor.roster.index] == [State.CONNECTED],
            "it did not come back",
        )
        name = f"recovered-{NUMBER}" if "both" in lost else "taxi"
        assert only(room) == (session_id, NUMBER, name)
        kept = await room.vault.prove(room.store)
        assert [(it.id, it.phone) for it in kept.records.values()] == [(session_id, NUMBER)]
        assert disk.devices == {NUMBER: JID}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sessions":[{}]}', b"\x00\xff"])
async def test_a_torn_registry_is_kept_aside_and_written_again(tmp_path: Path, content: bytes) -> None:
    disk, session_id = await a_life_before(tmp_path / "a")
    registry = tmp_path / "a" / "registry.json"
    registry.write_bytes(content)
    async with stage(tmp_path / "a", disk) as room:
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        assert only(room) == (session_id, NUMBER, "taxi")
    assert [it["id"] for it in json.loads(registry.read_bytes())["sessions"]] == [session_id]
    assert [it.read_bytes() for it in (tmp_path / "a").glob("registry.json.damaged-*")] == [content]


async def test_what_was_given_up_does_not_come_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await room.until(lambda: bool(room.link.disk.snapshots), "no snapshot was taken")
        await room.service.log_out(TENANT, "taxi")
        await room.until(lambda: bool(room.link.disk.quarantine), "it was not put away")
        await room.quiet()
    for file in [*tmp_path.glob("holdfast.db*"), tmp_path / "registry.json"]:
        file.unlink()
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.quiet()
        assert list(again.supervisor.roster.index) == []


async def test_a_snapshot_of_a_session_that_has_another_number_by_now_is_left_alone(tmp_path: Path) -> None:
    disk, _ = await a_life_before(tmp_path / "a")
    ((name, saved),) = disk.snapshots.items()
    disk.snapshots["4915100000009/" + name.partition("/")[2]] = saved
    async with stage(tmp_path / "a", disk) as room:
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        assert room.runtime("taxi").session.reason is Reason.LOGGED_IN
        assert only(room)[1] == NUMBER
