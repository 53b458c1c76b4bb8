"""The timeline tells durations, and does not call a session connected while nobody looked."""

from pathlib import Path

import pytest
from test_heartbeats import ANNA, HOUR_MS, STEP_MS, Time, pass_by

from holdfast.model.errors import UnknownSession
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, stage


async def test_each_change_knows_when_the_next_one_came(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        pass_by(room, time, HOUR_MS)
        room.link.end(session_id, Reason.RESTART_REQUIRED)
        await room.until_state("taxi", State.CONNECTED)
        newest, lost, before, *_ = await room.service.timeline(TENANT, "taxi", 10)
        assert newest.ended_ms is None
        assert (lost.state, lost.ended_ms) == (State.RECONNECTING, newest.at_ms)
        assert before.state is State.CONNECTED
        assert before.ended_ms == before.at_ms + HOUR_MS
        older = await room.service.timeline(TENANT, "taxi", 10, before=lost.seq)
        assert older[0] == before


@pytest.mark.parametrize(("away_ms", "told"), [(60_000, False), (8 * HOUR_MS, True)])
async def test_the_time_in_which_the_gateway_did_not_run(tmp_path: Path, away_ms: int, told: bool) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        pass_by(room, time, 2 * HOUR_MS)
        await room.quiet()
        disk, ended_ms = room.link.disk, time.now_ms
    time.now_ms += away_ms
    async with stage(tmp_path, disk, clock=time.clock()) as room:
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        changes = await room.service.timeline(TENANT, "taxi", 10)
        away = [change for change in changes if change.reason is Reason.GATEWAY_DOWN]
        assert bool(away) is told
        uptime = await room.service.uptime(TENANT, "taxi", 7)
        assert uptime.total.counted_ms == 2 * HOUR_MS + away_ms
        if told:
            (one,) = away
            assert ended_ms - 35_000 <= one.at_ms <= ended_ms  # heartbeats are kept every 30 s
            assert one.ended_ms == time.now_ms
            assert abs(uptime.total.up_ms - 2 * HOUR_MS) <= 35_000
            assert uptime.outages.reasons == {"gateway_down": 1}
        else:
            assert uptime.total.percent == 100


async def test_uptime_goes_back_as_many_days_as_were_asked_for(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        time.now_ms += 3 * 24 * HOUR_MS
        pass_by(room, time, STEP_MS)
        assert len((await room.service.uptime(TENANT, "taxi", 7)).days) == 4
        assert len((await room.service.uptime(TENANT, "taxi", 2)).days) == 2
        with pytest.raises(UnknownSession):
            await room.service.uptime(TENANT, "bus", 7)
