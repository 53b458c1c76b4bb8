"""Habits are learnt from the journal, kept by day, and compared with the silence of the moment."""

from pathlib import Path

from test_heartbeats import ANNA, HOUR_MS, Time, hear

from holdfast.journal import Draft
from holdfast.model.content import Text
from holdfast.model.events import MessageReceived
from holdfast.model.ids import SessionId
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.sessions import statements
from holdfast.sessions.habit import DAYS, SLOTS, slot_of
from holdfast.store import WriteUnit
from session_stage import TENANT, Stage, stage

PHONE = "4915100000001"


async def learn(room: Stage, time: Time) -> None:
    """Four weeks in which something came in every half hour."""
    today = slot_of(time.now_ms) // SLOTS
    rows = [{"phone": PHONE, "day": day, "slots": (1 << SLOTS) - 1} for day in range(today - DAYS, today)]
    await room.store.write(lambda unit: unit.run_many(statements.KEEP_HABIT, rows))


async def say(room: Stage, session_id: str, message_id: str) -> None:
    """A message comes in, now."""
    came = MessageReceived(message_id, "1@lid", "1@lid", Text("hi"), 0)
    draft = Draft(SessionId(session_id), TENANT, came)

    def keep(unit: WriteUnit) -> None:
        room.journal.append_many(unit, [draft])

    await room.store.write(keep)


def standing(room: Stage) -> list[WarningCode]:
    return [code for code, _ in room.service.show(TENANT, "taxi").warnings]


async def test_an_unusual_silence_warns_until_something_comes(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await learn(room, time)
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        await say(room, session_id, "M1")
        await room.supervisor.habits.look()
        assert standing(room) == []
        time.now_ms += 3 * HOUR_MS
        hear(room, time)
        await room.supervisor.habits.look()
        assert standing(room) == [WarningCode.QUIET]
        assert room.runtime("taxi").session.state is State.CONNECTED  # it warns, and does nothing else
        await say(room, session_id, "M2")
        await room.supervisor.habits.look()
        assert standing(room) == []


async def test_what_was_learnt_outlives_the_process_and_old_days_are_forgotten(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        for step in range(3):
            await say(room, session_id, f"M{step}")
            await room.supervisor.habits.look()
            time.now_ms += HOUR_MS // 2
        today = slot_of(time.now_ms) // SLOTS
        rows = await room.store.read(lambda unit: unit.all(statements.HABITS))
        assert [row[0] for row in rows] == [PHONE] * len(rows)
        assert sum(int(row[2]).bit_count() for row in rows) == 3
        disk = room.link.disk
    time.now_ms += (DAYS + 1) * SLOTS * HOUR_MS // 2
    async with stage(tmp_path, disk, clock=time.clock()) as room:
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        await say(room, session_id, "M9")
        await room.supervisor.habits.look()
        rows = await room.store.read(lambda unit: unit.all(statements.HABITS))
        assert [row[1] > today for row in rows] == [True]


async def test_time_in_which_it_was_not_connected_is_no_silence(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await learn(room, time)
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        await say(room, session_id, "M1")
        await room.service.disconnect(TENANT, "taxi")
        time.now_ms += 5 * HOUR_MS
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        await room.supervisor.habits.look()
        assert standing(room) == []
