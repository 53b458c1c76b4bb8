"""Never again: devices that nobody uses any more stay linked on the phone, and nobody is told."""

from pathlib import Path

import pytest

from holdfast.model.errors import EngineUnreachable, FileCorrupt, HoldfastError, NotConnected
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.unlinking import decide
from session_stage import TENANT, Stage, stage

ANNA, NUMBER = "4915100000001:{}@s.whatsapp.net", "4915100000001"


async def _unlinked(room: Stage, *devices: str) -> None:
    await room.until(lambda: sorted(room.link.unlinked) == sorted(devices), lambda: str(room.link.unlinked))
    await room.until(lambda: not room.service.unlinkings(TENANT), "still on the list")


@pytest.mark.parametrize("how", ["log_out", "delete"])
async def test_a_stopped_session_is_unlinked_all_the_same(tmp_path: Path, how: str) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA.format(1))
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        await getattr(room.service, how)(TENANT, "taxi")
        await _unlinked(room, ANNA.format(1))
        told = [it.data for it in await room.events() if it.type == "session.unlinking"]
        assert told == [{"phone": f"+{NUMBER}", "outcome": "done"}]


async def test_the_device_of_before_is_unlinked_when_the_same_phone_links_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA.format(1))
        for n in (2, 3):
            session_id = await room.pairing(f"again{n}")
            room.link.scan_code(session_id, ANNA.format(n))
            await room.until_state(f"again{n}", State.NEW)
            await room.until(lambda n=n: room.runtime("taxi").record.jid == ANNA.format(n), "not renewed")  # type: ignore[misc]
        await room.until_state("taxi", State.CONNECTED)
        await _unlinked(room, ANNA.format(1), ANNA.format(2))


async def test_what_whatsapp_has_unlinked_is_not_on_the_list(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA.format(1))
        room.link.end(session_id, Reason.LOGGED_OUT_ON_PHONE)
        await room.until_state("taxi", State.LOGGED_OUT)
        await room.quiet()
        assert list(room.link.disk.quarantine.values()) == [ANNA.format(1)]
        assert not room.service.unlinkings(TENANT)
        assert room.link.unlinked == []


async def test_a_log_out_over_a_connection_that_is_told_owes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA.format(1))
        await room.service.log_out(TENANT, "taxi")
        await room.quiet()
        assert room.link.unlinked == [ANNA.format(1)]
        assert "unlink" not in {it.partition(" ")[0] for it in room.link.asked}


async def test_the_list_survives_the_process_and_is_shown_until_it_is_done(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA.format(1))
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        room.link.refuse["unlink"] = NotConnected()
        await room.service.delete(TENANT, "taxi")
        (owed,) = room.service.unlinkings(TENANT)
        assert (owed.session, owed.phone, owed.by_hand) == (
            f"taxi (deleted {owed.session_id})",
            NUMBER,
            False,
        )
    async with stage(tmp_path, room.link.disk) as again:
        assert len(again.service.unlinkings(TENANT)) == 1
        await again.attach()
        await _unlinked(again, ANNA.format(1))
    async with stage(tmp_path, room.link.disk) as later:
        assert not later.service.unlinkings(TENANT)


async def test_credentials_that_cannot_be_used_are_said_to_be_a_matter_for_the_phone(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        await room.linked("taxi", ANNA.format(1))
        await room.service.disconnect(TENANT, "taxi")
        await room.quiet()
        room.link.refuse["unlink"] = FileCorrupt()
        await room.service.log_out(TENANT, "taxi")
        await room.until(
            lambda: [it.by_hand for it in room.service.unlinkings(TENANT)] == [True], "nobody is told"
        )
        told = [it.data for it in await room.events() if it.type == "session.unlinking"]
        assert told == [{"phone": f"+{NUMBER}", "outcome": "by_hand"}]


@pytest.mark.parametrize(
    ("attempts", "error", "over", "by_hand", "wait_s"),
    [
        (1, None, True, False, 0.0),
        (1, NotConnected(), False, False, 1.1),
        (4, NotConnected(), False, False, 8.8),
        (5, NotConnected(), False, True, 17.6),
        (50, NotConnected(), False, True, 3600 * 0.55),
        (1, FileCorrupt(), False, True, 3600.0),
        (2, EngineUnreachable(), False, False, 2.2),
    ],
)
def test_what_follows_from_an_attempt(
    attempts: int, error: HoldfastError | None, over: bool, by_hand: bool, wait_s: float
) -> None:
    outcome = decide(attempts, error, phone_known=True)
    assert (outcome.over, outcome.by_hand, outcome.wait_s) == (over, by_hand, wait_s)


def test_a_scratch_folder_without_a_device_owes_nothing() -> None:
    assert decide(1, FileCorrupt(), phone_known=False).over
