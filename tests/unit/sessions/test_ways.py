"""A code that is typed on the phone and a passkey that is relayed: what is shown when, and what ends it."""

import asyncio
from pathlib import Path

import pytest

from holdfast.engine import facts as said
from holdfast.model.errors import (
    CommandRefused,
    EngineOutdated,
    EngineStorageFailed,
    HoldfastError,
    NoPasskey,
    NoQr,
    RateLimited,
    RequestInvalid,
)
from holdfast.model.pairing import PairingStep
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, Stage, stage

ANNA = "4915100000001:1@s.whatsapp.net"
OPTIONS = b'{"challenge":"AAAA"}'


async def by_code(room: Stage) -> str:
    """A session whose phone is to be linked by a typed code; its id."""
    view, _ = await room.service.create_or_get(TENANT, "taxi")
    await room.service.pair(TENANT, "taxi", phone="+49 151 00000001")
    asked = f"pair_phone {view.id} 4915100000001"
    await room.until(lambda: asked in room.link.asked, "no code was asked for")
    return view.id


def later(room: Stage) -> int:
    """A minute from now."""
    return room.supervisor.roster.now + 60_000


async def ended(room: Stage) -> Reason:
    """Why the pairing ended, which the engine has to end too."""
    await room.until_state("taxi", State.NEW)
    await room.quiet()
    return room.runtime("taxi").session.reason


async def test_the_code_hides_the_qr_code_and_goes_with_the_phones_yes(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await by_code(room)
        room.link.say(session_id, said.PairCode("2@QR", 1, 6, later(room)))
        assert room.service.show(TENANT, "taxi").pairing is None
        room.link.say(session_id, said.PairPhoneCode("ABCD-EFGH", later(room)))
        assert (await room.service.typed_code(TENANT, "taxi", 0)).code == "ABCD-EFGH"
        room.link.say(session_id, said.PairCode("2@NEXT", 2, 6, later(room)))
        shown = room.service.show(TENANT, "taxi")
        assert shown.reason is Reason.PAIRING_BY_CODE
        assert shown.pairing is not None
        assert (shown.pairing.step, shown.pairing.phone) == (PairingStep.TYPE_CODE, "4915100000001")
        room.link.say(session_id, said.PairAccepted())
        with pytest.raises(NoQr):
            await room.service.typed_code(TENANT, "taxi", 0)
        with pytest.raises(NoQr):
            await room.service.qr(TENANT, "taxi", 0)
        room.link.scan_code(session_id, ANNA)
        await room.until_state("taxi", State.CONNECTED)
        steps = [it.data.get("step") for it in await room.events() if it.type == "session.pairing"]
        assert steps == ["type_code", "accepted", None]
        assert "ABCD" not in str(await room.events())


async def test_cancelling_does_not_wait_for_the_code(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        room.link.hold["pair_phone"] = asyncio.Event()  # is never answered
        session_id = await by_code(room)
        await room.service.cancel_pairing(TENANT, "taxi")
        await room.until(lambda: f"cancel_pair {session_id}" in room.link.asked, "it was not cancelled")
        assert room.runtime("taxi").session.reason is Reason.PAIRING_CANCELLED


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (CommandRefused("too short", error_code="invalid_argument"), Reason.PAIRING_NUMBER_REFUSED),
        (CommandRefused("400", error_code="rejected", whatsapp_code=400), Reason.PAIRING_NUMBER_REFUSED),
        (RateLimited("429", retry_after_s=60.0), Reason.PAIRING_TOO_OFTEN),
        (EngineOutdated(), Reason.PAIRING_FAILED_HERE),
    ],
)
async def test_why_there_is_no_code(tmp_path: Path, refusal: HoldfastError, reason: Reason) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        room.link.refuse["pair_phone"] = refusal
        session_id = await by_code(room)
        assert await ended(room) is reason
        assert f"cancel_pair {session_id}" in room.link.asked


async def test_a_disk_that_is_full_is_not_an_unreachable_whatsapp(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        room.link.refuse["pair"] = EngineStorageFailed()
        await room.service.create_or_get(TENANT, "taxi")
        await room.service.pair(TENANT, "taxi")
        assert await ended(room) is Reason.PAIRING_STORAGE_FAILED


async def test_a_person_compares_where_the_phone_could_not_be_sure(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        room.link.say(session_id, said.PairCode("2@QR", 1, 6, later(room)))
        with pytest.raises(NoPasskey):
            await room.service.answer_passkey(TENANT, "taxi", b"{}")
        room.link.say(session_id, said.PairPasskeyRequest(OPTIONS, later(room)))
        with pytest.raises(NoQr):
            await room.service.qr(TENANT, "taxi", 0)
        with pytest.raises(NoPasskey):
            await room.service.confirm_passkey(TENANT, "taxi")
        assert (await room.service.answer_passkey(TENANT, "taxi", b"{}")).state is State.PAIRING
        room.link.say(session_id, said.PairPasskeyConfirmation("WXYZ-1234"))
        shown = await room.service.passkey(TENANT, "taxi", 0)
        assert shown.code == "WXYZ-1234"
        view = await room.service.confirm_passkey(TENANT, "taxi")
        assert view.reason is Reason.PAIRING_COMPARE
        assert f"passkey_confirm {session_id}" in room.link.asked
        room.link.scan_code(session_id, ANNA)
        await room.until_state("taxi", State.CONNECTED)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (said.PairFailed(Reason.PAIRING_TIMED_OUT), Reason.PAIRING_PASSKEY_NEEDED),
        (said.PairFailed(Reason.PAIRING_UNREACHABLE), Reason.PAIRING_LOST),
        (said.PairFailed(Reason.PAIRING_PASSKEY_REFUSED), Reason.PAIRING_PASSKEY_REFUSED),
    ],
)
async def test_what_else_may_become_of_a_passkey(
    tmp_path: Path, fact: said.PairFailed, reason: Reason
) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        room.link.say(session_id, said.PairPasskeyRequest(OPTIONS, later(room)))
        room.link.say(session_id, fact)
        assert await ended(room) is reason
        with pytest.raises(NoPasskey):
            await room.service.passkey(TENANT, "taxi", 0)


async def test_an_answer_that_is_none_may_be_repeated(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.pairing("taxi")
        room.link.say(session_id, said.PairPasskeyRequest(OPTIONS, later(room)))
        room.link.refuse["passkey_response"] = CommandRefused(error_code="invalid_argument")
        with pytest.raises(RequestInvalid):
            await room.service.answer_passkey(TENANT, "taxi", b"{}")
        room.link.refuse["passkey_response"] = CommandRefused(error_code="not_allowed", whatsapp_code=403)
        await room.service.answer_passkey(TENANT, "taxi", b"{}")
        assert await ended(room) is Reason.PAIRING_PASSKEY_REFUSED
        assert room.service.show(TENANT, "taxi").code == 403


async def test_another_number_that_was_allowed_is_taken_by_the_next_gateway(tmp_path: Path) -> None:
    ben = "4915100000002:1@s.whatsapp.net"
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.LOGGED_OUT_ON_PHONE)
        await room.until_state("taxi", State.LOGGED_OUT)
        await room.quiet()
        await room.service.pair(TENANT, "taxi", replace_number=True)
        await room.until(lambda: session_id in room.link.held, "pairing did not begin")
        room.link.hear = lambda facts: None  # the gateway dies before it hears of the scan
        room.link.scan_code(session_id, ben)
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.until_state("taxi", State.CONNECTED)
        assert again.service.show(TENANT, "taxi").phone == "+4915100000002"
        assert not again.runtime("taxi").session.replace_number
