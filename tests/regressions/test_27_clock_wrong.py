"""Never again: a machine whose clock is wrong is told that there is nothing to do."""

from pathlib import Path

from holdfast.engine import facts as said
from holdfast.engine import translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model import words
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import State
from session_stage import TENANT, stage

ANNA = "4915100000001:1@s.whatsapp.net"


async def test_a_wrong_clock_is_said_with_what_to_do_and_mends_itself(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.CLOCK_WRONG)
        await room.until_state("taxi", State.RECONNECTING)
        shown = room.service.show(TENANT, "taxi")
        assert shown.reason is Reason.CLOCK_WRONG
        assert shown.retry_at_ms is not None
        said = words.of_reason(shown.reason)
        assert "clock" in said.sentence
        assert "clock" in said.next_step
        assert MEANINGS[shown.reason].alert


def test_the_engine_s_word_for_it_travels_whole() -> None:
    lost = pb.SessionFact(disconnected=pb.Disconnected(reason=pb.CLOCK_WRONG, detail="certificate"))
    told = translate.fact(lost)
    assert told is not None
    assert getattr(told.happened, "reason", None) is Reason.CLOCK_WRONG
    refused = translate.fact(pb.SessionFact(pair_failed=pb.PairFailed(reason=pb.PAIR_CLOCK_WRONG)))
    assert refused is not None
    assert getattr(refused.happened, "reason", None) is Reason.CLOCK_WRONG


async def test_whatsapp_s_own_number_is_a_field_from_the_engine_to_the_timeline(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.say(session_id, said.Disconnected(Reason.CONNECT_FAILURE, "refused", None, 418))
        await room.until_state("taxi", State.RECONNECTING)
        assert room.service.show(TENANT, "taxi").code == 418
        (newest,) = await room.service.timeline(TENANT, "taxi", 1)
        assert newest.code == 418
        assert (await room.events())[-1].data["code"] == 418
