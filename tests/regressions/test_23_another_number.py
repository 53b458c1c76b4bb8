"""Never again: a session goes over to another number without its owner being asked."""

from pathlib import Path

from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, Stage, stage

ANNA, BEN = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"


async def _logged_out(room: Stage) -> str:
    session_id = await room.linked("taxi", ANNA)
    room.link.end(session_id, Reason.LOGGED_OUT_ON_PHONE)
    await room.until_state("taxi", State.LOGGED_OUT)
    await room.quiet()
    return session_id


async def test_another_number_is_unlinked_again_and_the_owner_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await _logged_out(room)
        await room.service.connect(TENANT, "taxi")
        await room.until(lambda: session_id in room.link.held, "pairing did not begin")
        room.link.scan_code(session_id, BEN)
        await room.until(
            lambda: room.runtime("taxi").session.reason is Reason.NUMBER_DIFFERS,
            lambda: str(room.runtime("taxi").session),
        )
        shown = room.service.show(TENANT, "taxi")
        assert (shown.state, shown.phone, shown.detail) == (
            State.LOGGED_OUT,
            "+4915100000001",
            "+4915100000002",
        )
        await room.until(lambda: room.link.unlinked == [BEN], "the new device stayed linked")
        assert room.link.disk.folders == {}
        # its own phone is welcome
        await room.service.pair(TENANT, "taxi")
        await room.until(lambda: session_id in room.link.held, "pairing did not begin")
        room.link.scan_code(session_id, ANNA)
        await room.until_state("taxi", State.CONNECTED)


async def test_who_asks_for_another_number_gets_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await _logged_out(room)
        await room.service.pair(TENANT, "taxi", replace_number=True)
        await room.until(lambda: session_id in room.link.held, "pairing did not begin")
        room.link.scan_code(session_id, BEN)
        await room.until_state("taxi", State.CONNECTED)
        assert room.service.show(TENANT, "taxi").phone == "+4915100000002"


async def test_it_can_be_asked_for_while_the_code_is_shown(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await _logged_out(room)
        await room.service.connect(TENANT, "taxi")
        await room.until(lambda: session_id in room.link.held, "pairing did not begin")
        await room.service.pair(TENANT, "taxi", replace_number=True)
        room.link.scan_code(session_id, BEN)
        await room.until_state("taxi", State.CONNECTED)
