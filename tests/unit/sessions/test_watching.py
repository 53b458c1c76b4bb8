"""Warnings: told once, and as over once, whatever restarts in between; none touches a connection."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from test_heartbeats import ANNA, STEP_MS, Time, hear, pass_by

from holdfast.model.errors import EngineStorageFailed
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.sessions.signs import LIMITS
from session_stage import TENANT, Stage, stage


async def lose(room: Stage, session_id: str, reason: Reason = Reason.RESTART_REQUIRED) -> None:
    """The connection is lost, and comes back at once."""
    room.link.end(SessionId(session_id), reason)
    await room.until_state("taxi", State.CONNECTED)


async def told(room: Stage) -> Sequence[Mapping[str, Any]]:
    return [event.data for event in await room.events() if event.type == "session.warning"]


def standing(room: Stage) -> list[WarningCode]:
    return [code for code, _ in room.service.show(TENANT, "taxi").warnings]


async def test_flapping_is_told_once_and_over_once(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        for _ in range(LIMITS.flapping_losses - 1):
            await lose(room, session_id)
            # long enough to count as stable: the next loss reconnects at once again
            pass_by(room, time, 65_000)
        assert standing(room) == []
        await lose(room, session_id)
        for _ in range(3):
            pass_by(room, time, STEP_MS)
            assert standing(room) == [WarningCode.FLAPPING]
        (one,) = await told(room)
        assert (one["code"], one["active"], one["measured"], one["limit"]) == ("flapping", True, 6, 6)
        assert one["phone"] == "+4915100000001"
        pass_by(room, time, LIMITS.flapping_within_s * 1000)
        assert standing(room) == []
        assert [(it["code"], it["active"]) for it in await told(room)] == [
            ("flapping", True),
            ("flapping", False),
        ]


async def test_a_warning_survives_a_restart_and_is_told_as_over_by_the_next_process(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        for _ in range(LIMITS.flapping_losses):
            await lose(room, session_id)
            pass_by(room, time, 65_000)
        assert standing(room) == [WarningCode.FLAPPING]
        await room.quiet()
        disk = room.link.disk
    async with stage(tmp_path, disk, clock=time.clock()) as room:
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        await room.until(lambda: room.runtime("taxi").losses, "what was lost before is not known")
        pass_by(room, time, STEP_MS)
        assert standing(room) == [WarningCode.FLAPPING]
        pass_by(room, time, LIMITS.flapping_within_s * 1000)
        assert [it["active"] for it in await told(room)] == [True, False]


async def test_a_stop_of_the_owner_ends_every_warning(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        room.supervisor.watching.oldest_unanswered = lambda session_id: 7
        pass_by(room, time, LIMITS.unacknowledged_s * 1000 + 2 * STEP_MS)
        assert standing(room) == [WarningCode.SENDS_UNACKNOWLEDGED]
        assert room.runtime("taxi").session.state is State.CONNECTED
        await room.service.disconnect(TENANT, "taxi")
        room.supervisor.watching.look()
        assert standing(room) == []


async def test_only_what_comes_back_by_itself_has_a_time_to_reconnect(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        watching = room.supervisor.watching
        await lose(room, session_id)
        assert watching.reconnects.read().total == 1
        room.link.end(SessionId(session_id), Reason.REPLACED)
        await room.until_state("taxi", State.REPLACED)
        time.now_ms += 10 * STEP_MS
        await room.service.connect(TENANT, "taxi")
        await room.until_state("taxi", State.CONNECTED)
        assert watching.reconnects.read().total == 1
        assert (watching.losses[Reason.RESTART_REQUIRED], watching.losses[Reason.REPLACED]) == (1, 1)


async def test_a_send_that_is_not_acknowledged_warns_until_it_is(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        waiting: list[int] = [3]
        room.supervisor.watching.oldest_unanswered = lambda session_id: waiting[0] if waiting else None
        pass_by(room, time, LIMITS.unacknowledged_s * 1000)
        assert standing(room) == []
        pass_by(room, time, STEP_MS)
        assert standing(room) == [WarningCode.SENDS_UNACKNOWLEDGED]
        waiting.clear()
        pass_by(room, time, STEP_MS)
        assert [(it["code"], it["active"]) for it in await told(room)] == [
            ("sends_unacknowledged", True),
            ("sends_unacknowledged", False),
        ]


async def test_a_number_that_may_begin_no_new_chats_warns_until_it_may(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        left = iter([3_600.0, 3_595.0, 0.0, None])
        room.supervisor.watching.reachout_locked_s = lambda session_id: next(left, None)
        seen = []
        for _ in range(4):
            pass_by(room, time, STEP_MS)
            seen.append(standing(room))
        assert seen == [[WarningCode.REACHOUT_LOCKED]] * 2 + [[]] * 2
        assert next((it["code"], it["measured"]) for it in await told(room)) == ("reachout_locked", 3_600)


async def test_credentials_that_cannot_be_saved_warn_until_they_are(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        runtime = room.runtime("taxi")
        await room.until(lambda: bool(room.link.disk.snapshots), "no snapshot was taken")
        room.link.refuse["snapshot"] = EngineStorageFailed()
        room.supervisor.safekeeping.changed(runtime)
        await room.until(lambda: runtime.unsaved_since_ms is not None, "it was saved")
        room.supervisor.watching.look()
        assert standing(room) == []
        pass_by(room, time, LIMITS.unsaved_s * 1000)
        assert standing(room) == [WarningCode.CREDENTIALS_UNSAVED]
        del room.link.refuse["snapshot"]
        room.supervisor.safekeeping.changed(runtime)
        await room.until(lambda: runtime.unsaved_since_ms is None, "it was not saved")
        room.supervisor.watching.look()
        assert standing(room) == []


async def test_a_delivery_that_is_not_stored_warns(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        hear(room, time, waiting_ms=LIMITS.unconfirmed_s * 1000)
        room.supervisor.watching.look()
        assert standing(room) == [WarningCode.DELIVERIES_UNCONFIRMED]
        hear(room, time)
        room.supervisor.watching.look()
        assert standing(room) == []
