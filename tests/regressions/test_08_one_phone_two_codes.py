"""Never again: one phone that scans the codes of two sessions leaves both stuck."""

import asyncio
from pathlib import Path

from holdfast.model.errors import CommandRefused
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.linking import SCRATCH
from session_stage import TENANT, stage

ANNA, NUMBER = "4915100000001:{}@s.whatsapp.net", "4915100000001"


async def test_both_codes_scanned_at_once_one_session_has_the_number_and_the_other_says_so(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        one, two = await room.pairing("one"), await room.pairing("two")
        gate = room.link.hold["adopt"] = asyncio.Event()
        room.link.scan_code(one, ANNA.format(1))
        room.link.scan_code(two, ANNA.format(2))
        await room.until(lambda: any(it.startswith("adopt") for it in room.link.asked), "nobody adopted")
        for _ in range(20):
            await asyncio.sleep(0)
        assert len([it for it in room.link.asked if it.startswith("adopt")]) == 1  # one after the other
        gate.set()
        await room.until_state("one", State.CONNECTED)
        await room.until_state("two", State.NEW)
        await room.quiet()
        assert room.runtime("two").session.reason is Reason.NUMBER_RENEWED_ELSEWHERE
        # the newer link is used, the older one is put away
        assert room.link.disk.devices == {NUMBER: ANNA.format(2)}
        assert list(room.link.disk.quarantine.values()) == [ANNA.format(1)]
        assert SCRATCH + two not in room.link.disk.folders
        assert room.link.held[one].jid == ANNA.format(2)


async def test_a_refused_adoption_is_tried_again_by_itself(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("one")
        room.link.refuse["adopt"] = CommandRefused("the folder is there", error_code="target_exists")
        room.link.scan_code(session_id, ANNA.format(1))
        await room.until(lambda: room.runtime("one").session.reason is Reason.ADOPTION_REFUSED, "not a fact")
        shown = room.service.show(TENANT, "one")
        assert shown.retry_at_ms is not None
        assert shown.state is State.CONNECTING
        room.link.refuse.clear()
        await room.until_state("one", State.CONNECTED)


async def test_the_key_is_read_again_before_the_master_key_is_blamed(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("one", ANNA.format(1))
        await room.service.disconnect(TENANT, "one")
        await room.quiet()
        # what we remember of session.key is not what lies on the disk
        room.vault.learn(NUMBER, b"another key")
        room.link.held.clear()
        await room.service.connect(TENANT, "one")
        await room.until_state("one", State.CONNECTED)


async def test_a_key_that_is_wrong_on_the_disk_is_said(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("one", ANNA.format(1))
        await room.service.disconnect(TENANT, "one")
        await room.quiet()
        room.link.disk.folders[NUMBER] = b"another key"
        room.vault.learn(NUMBER, b"another key")
        room.link.held.clear()
        await room.service.connect(TENANT, "one")
        await room.until_state("one", State.FAILED)
        assert room.runtime("one").session.reason is Reason.FILE_CORRUPT
