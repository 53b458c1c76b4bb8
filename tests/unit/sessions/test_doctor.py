"""What the doctor finds and mends, on an installation in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from holdfast.doctor import Check, Doctor, Level, Places
from holdfast.engine import facts as said
from holdfast.engine.answers import FindingKind
from holdfast.model.states import State
from holdfast.model.words import CHECKS, REPAIRS
from holdfast.vault import MasterKey, Vault, Verdict
from session_stage import TENANT, Stage, stage

NUMBER = "4915100000001"
JID = f"{NUMBER}:3@s.whatsapp.net"


@asynccontextmanager
async def house(folder: Path, *, running: bool = True) -> AsyncIterator[tuple[Stage, Doctor]]:
    """A linked and saved session, and its doctor."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    key = folder / "master.key"
    key.touch(mode=0o600)
    async with stage(data) as room:
        await room.attach()
        await room.linked("taxi", JID)
        await room.until(lambda: bool(room.link.disk.snapshots), "no snapshot was taken")
        await room.quiet()
        (data / "registry.json").chmod(0o600)
        yield room, Doctor(Places(data, key), room.vault, room.supervisor, "1.0", running)


def found(checks: "list[Check] | tuple[Check, ...]", code: str) -> Check:
    matching = [check for check in checks if check.code == code]
    assert len(matching) == 1, [(check.code, check.detail) for check in checks]
    return matching[0]


async def test_a_healthy_installation(tmp_path: Path) -> None:
    async with house(tmp_path) as (_, doctor):
        report = await doctor.examine()
        assert report.level is Level.OK, [it for it in report.checks if it.level is not Level.OK]
        check = found(list(report.checks), "credentials_valid")
        assert (check.session, check.phone, check.verdict) == ("taxi", NUMBER, Verdict.VALID)
        assert found(list(report.checks), "registry_agrees").detail == "in both: 1"
        assert all(check.code in CHECKS for check in report.checks)
        assert (await doctor.repair()).repaired == []


async def test_a_damaged_file_is_restored_as_it_was_said(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        room.detach()
        await room.service.disconnect(TENANT, "taxi")
        room.link.disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        await room.attach()
        await room.until_state("taxi", State.STOPPED)
        before = found(list((await doctor.examine()).checks), "credentials_repairable")
        assert (before.verdict, before.repair) == (Verdict.REPAIRABLE, "restore_snapshot")
        assert before.repair_words == REPAIRS["restore_snapshot"]
        assert room.link.disk.quarantine == {}  # looking changes nothing
        report = await doctor.repair()
        assert [(check.code, error) for check, error in report.repaired] == [("credentials_repairable", "")]
        assert report.level is Level.OK
        assert list(room.link.disk.quarantine.values()) == [JID]
        assert room.runtime("taxi").session.state is State.STOPPED  # its owner's wish stays


async def test_a_flaw_that_does_not_matter_to_a_working_session_is_left_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        room.link.disk.flaws[NUMBER] = FindingKind.ACCOUNT_UNSIGNED
        check = found(list((await doctor.examine()).checks), "credentials_repairable")
        assert check.repair is None
        assert (await doctor.repair()).repaired == []
        assert room.runtime("taxi").session.state is State.CONNECTED


async def test_without_a_snapshot_it_is_invalid(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        room.link.disk.snapshots.clear()
        assert found(list((await doctor.examine()).checks), "no_good_snapshot").level is Level.WARNING
        room.link.disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        check = found(list((await doctor.examine()).checks), "credentials_invalid")
        assert (check.verdict, check.repair, check.detail) == (Verdict.INVALID, None, "file_damaged")


async def test_another_master_key_is_no_reason_to_touch_anything(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        other = Vault(MasterKey(b"o" * 32), tmp_path / "data")
        other.learn(NUMBER, room.link.disk.folders[NUMBER])
        stranger = Doctor(doctor.places, other, room.supervisor, "1.0", running=True)
        check = found(list((await stranger.examine()).checks), "credentials_invalid")
        assert (check.repair, check.detail) == (None, "wrong_master_key")


async def test_a_snapshot_of_another_number_does_not_count(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        disk = room.link.disk
        ((name, (key, _, version)),) = disk.snapshots.items()
        disk.snapshots[name] = (key, "4915100000002:3@s.whatsapp.net", version)
        disk.flaws[NUMBER] = FindingKind.FILE_DAMAGED
        found(list((await doctor.examine()).checks), "credentials_invalid")


@pytest.mark.parametrize("content", [b"{", b'{"version":1,"sessions":[]}'])
async def test_a_registry_that_does_not_agree_is_written_again(tmp_path: Path, content: bytes) -> None:
    async with house(tmp_path) as (room, doctor):
        registry = tmp_path / "data" / "registry.json"
        registry.write_bytes(content)
        registry.chmod(0o600)
        report = await doctor.repair()
        assert [check.repair for check, _ in report.repaired] == ["write_registry"]
        assert report.level is Level.OK
        (copy,) = (tmp_path / "data" / "quarantine").glob("registry.json.before-*")
        assert copy.read_bytes() == content
        assert [it.name for it in (await room.vault.prove(room.store)).records.values()] == ["taxi"]


async def test_what_others_can_open_is_closed(tmp_path: Path) -> None:
    async with house(tmp_path) as (_, doctor):
        (tmp_path / "master.key").chmod(0o644)
        assert found(list((await doctor.examine()).checks), "open_to_others").detail.endswith("(644)")
        report = await doctor.repair()
        assert report.level is Level.OK
        assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600


async def test_leftovers_are_named_and_left(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        (tmp_path / "data" / "snapshots" / ".half-1").mkdir(parents=True)
        (tmp_path / "data" / "snapshots").chmod(0o700)
        (tmp_path / "data" / "registry.json.damaged-1").touch()
        room.link.disk.folders["4915100000009"] = b"w"
        checks = list((await doctor.repair()).checks)
        assert found(checks, "half_left_over").detail == "snapshots/.half-1"
        assert found(checks, "registry_was_damaged").level is Level.WARNING
        assert found(checks, "folder_unknown").detail == "4915100000009"


async def test_a_wrong_clock_is_a_problem(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        found(list((await doctor.examine()).checks), "clock_unknown")
        session_id = room.runtime("taxi").id
        room.link.say(session_id, said.Connected(-125_000))
        check = found(list((await doctor.examine()).checks), "clock_differs")
        assert (check.level, check.detail) == (Level.PROBLEM, "125 s ahead of WhatsApp's")
        room.link.say(session_id, said.Connected(1_000))
        assert found(list((await doctor.examine()).checks), "clock").level is Level.OK


async def test_without_an_engine_what_can_be_seen_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as (room, doctor):
        room.detach()
        report = await doctor.examine()
        found(list(report.checks), "engine_away")
        found(list(report.checks), "registry_agrees")
        assert report.level is Level.PROBLEM
