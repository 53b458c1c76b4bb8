"""Never again: a clock that is set back or forward stops reconnecting, heartbeats or levels."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from holdfast.engine import Held, Levels
from holdfast.kit.clock import SteadyClock
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel, State
from session_stage import TENANT, Stage, stage

ANNA = "4915100000001:1@s.whatsapp.net"
DAY_MS = 24 * 3600 * 1000
START_MS = 1_800_000_000_000


@dataclass
class Clocks:
    """A wall clock that is set by hand, and a monotonic one that nobody can set."""

    wall_ms: int = START_MS
    monotonic_ms: int = 5000

    def steady(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall_ms, lambda: self.monotonic_ms)

    def pass_by(self, ms: int) -> None:
        self.wall_ms += ms
        self.monotonic_ms += ms


@pytest.mark.parametrize("jump_ms", [-7 * DAY_MS, -3600_000, 3600_000, 7 * DAY_MS])
async def test_a_reconnect_waits_as_long_as_it_should(tmp_path: Path, jump_ms: int) -> None:
    clocks = Clocks()
    async with stage(tmp_path, clock=clocks.steady()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.SERVICE_UNAVAILABLE)
        runtime = room.runtime("taxi")
        waits_ms = (runtime.session.retry_at_ms or 0) - room.supervisor.roster.now
        assert waits_ms == 500  # the least that the dice give: a tenth of 5 s
        clocks.wall_ms += jump_ms
        # shown by the clock that people see
        assert room.service.show(TENANT, "taxi").retry_at_ms == clocks.wall_ms + waits_ms
        clocks.pass_by(waits_ms)
        room.supervisor.roster.set_timer(runtime)  # what its own timer would see now
        await room.until_state("taxi", State.CONNECTED)


@pytest.mark.parametrize("jump_ms", [-7 * DAY_MS, 7 * DAY_MS])
async def test_levels_and_heartbeats_are_believed_by_their_order(tmp_path: Path, jump_ms: int) -> None:
    clocks = Clocks()
    async with stage(tmp_path, clock=clocks.steady()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        runtime = room.runtime("taxi")
        _level(room, session_id, runtime.session.epoch, LinkLevel.LOGGED_IN, clocks.wall_ms, sequence=10)
        assert runtime.last_heartbeat_ms == clocks.wall_ms
        clocks.wall_ms += jump_ms
        clocks.pass_by(5000)
        _level(room, session_id, runtime.session.epoch, LinkLevel.LOGGED_IN, clocks.wall_ms, sequence=11)
        assert runtime.last_heartbeat_ms == clocks.wall_ms
        # the connection is gone, and no fact said so
        _level(room, session_id, runtime.session.epoch, LinkLevel.CLOSED, 0, sequence=12)
        clocks.pass_by(1000)
        _level(room, session_id, runtime.session.epoch, LinkLevel.CLOSED, 0, sequence=13)
        assert runtime.session.state is State.RECONNECTING


async def test_levels_that_a_newer_fact_has_overtaken_are_not_believed(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        runtime = room.runtime("taxi")
        runtime.last_fact = 20
        _level(room, session_id, runtime.session.epoch, LinkLevel.LOGGED_IN, 7, sequence=19)
        assert runtime.last_heartbeat_ms is None
        # another engine counts from the beginning
        room.detach()
        await room.attach()
        await room.until_state("taxi", State.CONNECTED)
        _level(room, session_id, runtime.session.epoch, LinkLevel.LOGGED_IN, 7, sequence=1)
        assert runtime.last_heartbeat_ms == 7


async def test_a_stored_wait_of_another_time_holds_nobody_up(tmp_path: Path) -> None:
    clocks = Clocks(wall_ms=START_MS + 7 * DAY_MS)
    async with stage(tmp_path, clock=clocks.steady()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        room.link.end(session_id, Reason.SERVICE_UNAVAILABLE)
        await room.quiet()
        room.supervisor.roster.recorder.note_heartbeat(session_id, clocks.wall_ms)
        await room.supervisor.roster.recorder.settled()
    right = Clocks(wall_ms=START_MS)
    async with stage(tmp_path, room.link.disk, clock=right.steady()) as again:
        runtime = again.runtime("taxi")
        assert (runtime.session.retry_at_ms or 0) - START_MS <= 300_000
        assert runtime.session.since_ms <= START_MS
        assert (runtime.last_heartbeat_ms or 0) <= START_MS
        await again.attach()
        await again.until_state("taxi", State.CONNECTED)


def test_what_is_shown_does_not_waver_with_the_clocks_own_differences() -> None:
    clocks = Clocks()
    steady = clocks.steady()
    clocks.wall_ms += 3
    assert steady.shift_ms == 0
    clocks.wall_ms += 5000
    assert steady.shift_ms == 5003
    clocks.wall_ms -= 2
    assert steady.shift_ms == 5003


def _level(
    room: Stage, session_id: str, epoch: int, level: LinkLevel, last_frame_ms: int, *, sequence: int
) -> None:
    held = Held(session_id, epoch, level, last_frame_ms, 0, 0, "4915100000001", ANNA)
    room.supervisor.heard_levels(Levels(0, (held,), sequence))
