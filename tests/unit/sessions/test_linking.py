"""Linking: from a scanned code to credentials in their place, and from there to quarantine."""

import asyncio
from pathlib import Path

from holdfast.model.errors import NotConnected
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.linking import SCRATCH
from holdfast.vault import number_of
from session_stage import TENANT, stage

ANNA, NUMBER = "4915100000001:1@s.whatsapp.net", "4915100000001"


def test_the_number_is_the_user_part_of_the_jid_verbatim() -> None:
    assert number_of("4915100000001:12@s.whatsapp.net") == "4915100000001"
    assert number_of("4915100000001.0:12@s.whatsapp.net") == "4915100000001"


async def test_both_records_are_durable_before_the_folder_moves(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        gate = room.link.hold["adopt"] = asyncio.Event()
        room.link.scan_code(session_id, ANNA)
        await room.until(lambda: f"adopt {session_id}" in room.link.asked, "not adopted")
        kept = await room.vault.prove(room.store)
        assert kept.records[session_id].folder == NUMBER
        # a crash here: the folder still has its scratch name
        assert list(room.link.disk.folders) == [SCRATCH + session_id]
        disk = room.link.disk
        gate.set()
        room.link.identity = None  # whatever is under way fails with the engine
    disk.folders = {SCRATCH + session_id: next(iter(disk.folders.values()))}
    disk.devices = {SCRATCH + session_id: ANNA}
    async with stage(tmp_path, disk) as again:
        await again.attach()
        await again.until_state("taxi", State.CONNECTED)
        assert list(disk.folders) == [NUMBER]


async def test_the_same_phone_again_renews_the_session_and_keeps_the_old_credentials(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        first = await room.linked("taxi", ANNA)
        room.link.end(first, Reason.LOGGED_OUT_ON_PHONE)
        await room.until_state("taxi", State.LOGGED_OUT)
        await room.quiet()
        assert room.link.disk.folders == {}
        await room.service.connect(TENANT, "taxi")
        await room.until(lambda: first in room.link.held, "pairing did not begin")
        room.link.scan_code(first, ANNA.replace(":1", ":2"))
        await room.until_state("taxi", State.CONNECTED)
        assert list(room.link.disk.quarantine.values()) == [ANNA]
        assert room.runtime("taxi").record.jid == ANNA.replace(":1", ":2")


async def test_log_out_tells_whatsapp_and_moves_the_folder(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.service.log_out(TENANT, "taxi")
        await room.quiet()
        assert room.link.unlinked == [ANNA]
        assert room.runtime("taxi").record.folder is None
        assert list(room.link.disk.quarantine.values()) == [ANNA]


async def test_an_interrupted_log_out_is_finished_by_the_next_process(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        room.detach()
        await room.service.log_out(TENANT, "taxi")
        assert list(room.link.disk.folders) == [NUMBER]
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.quiet()
        assert room.link.disk.folders == {}
        assert again.runtime("taxi").session.reason is Reason.LOGGED_OUT_HERE


async def test_a_log_out_that_cannot_be_told_moves_the_folder_all_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        room.link.refuse["logout"] = NotConnected()
        await room.service.log_out(TENANT, "taxi")
        await room.quiet()
        assert list(room.link.disk.quarantine.values()) == [ANNA]
