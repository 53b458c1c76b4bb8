"""Heartbeats: a simulated hour of logs, one event per line, and what `connected` means."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from holdfast.engine import Held, Levels
from holdfast.kit.clock import SteadyClock
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions.facts import Session
from holdfast.sessions.heartbeats import TOLD_EVERY_MS, due_ms
from holdfast.store import Statement
from session_stage import Stage, stage

ANNA, BERTA = "4915100000001:1@s.whatsapp.net", "4915100000002:1@s.whatsapp.net"
STEP_MS = 5000
HOUR_MS = 3_600_000
HEARTBEATS = Statement(
    "test.heartbeats", "Heartbeats.", "SELECT event_id FROM events WHERE type = 'session.heartbeat'"
)


@dataclass
class Time:
    """Both clocks, moved by hand."""

    now_ms: int = 1_800_000_000_000

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.now_ms, lambda: self.now_ms)


def hear(room: Stage, time: Time, *, age_ms: int = 1000, waiting_ms: int = 0) -> None:
    """What the engine says every five seconds of everything that it holds."""
    heard_ms = time.now_ms - age_ms
    held = tuple(
        Held(id_, it.epoch, it.level, heard_ms, 0, 0, it.folder, it.jid, waiting_ms)
        for id_, it in room.link.held.items()
    )
    room.supervisor.heard_levels(Levels(time.now_ms, held))


def pass_by(room: Stage, time: Time, ms: int) -> None:
    """So much time, in the steps of the engine and of the room's own looks."""
    for _ in range(ms // STEP_MS):
        time.now_ms += STEP_MS
        hear(room, time)
        room.supervisor.watching.look()


async def test_a_quiet_hour_has_a_line_per_number_every_five_minutes_and_nothing_else(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        await room.linked("office", BERTA)
        await room.quiet()
        with capture_logs() as lines:
            pass_by(room, time, HOUR_MS)
        said = [line["line"] for line in lines]
        assert said.count("heartbeat connected +4915100000001") == 12
        assert said.count("heartbeat connected +4915100000002") == 12
        assert {line["event"] for line in lines} == {"session.heartbeat"}
        assert len(lines) == 24


async def test_a_state_change_is_one_line_and_the_next_heartbeat_counts_from_it(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        session_id = await room.linked("taxi", ANNA)
        with capture_logs() as lines:
            pass_by(room, time, TOLD_EVERY_MS - STEP_MS)
            room.link.end(session_id, Reason.RESTART_REQUIRED)
            await room.until_state("taxi", State.CONNECTED)
            pass_by(room, time, TOLD_EVERY_MS - STEP_MS)
            assert [line["event"] for line in lines] == ["session.changed", "session.changed"]
            pass_by(room, time, STEP_MS)
            assert [line["event"] for line in lines][2:] == ["session.heartbeat"]


async def test_the_event_goes_out_with_the_line_and_the_newest_alone_is_kept(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        for count in range(1, 4):
            pass_by(room, time, TOLD_EVERY_MS)
            told = [event for event in await room.events() if event.type == "session.heartbeat"]
            assert len(told) == count  # from memory: consumers that keep up hear every one
        stored = await room.store.read(lambda unit: unit.all(HEARTBEATS))
        assert [row[0] for row in stored] == [told[-1].event_id]
        data = told[-1].data
        assert data["state"] == "connected"
        assert data["phone"] == "+4915100000001"
        assert data["heard_at"] > data["connected_since"]


async def test_connected_means_that_it_answered_within_the_window(tmp_path: Path) -> None:
    time = Time()
    async with stage(tmp_path, clock=time.clock()) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        pass_by(room, time, 60_000)
        frozen_ms = time.now_ms

        def silent_for(ms: int) -> State:
            while time.now_ms < frozen_ms + ms:
                time.now_ms += STEP_MS
                hear(room, time, age_ms=time.now_ms - frozen_ms + 1000)
            return room.runtime("taxi").session.state

        assert silent_for(45_000) is State.CONNECTED
        assert silent_for(50_000) is State.UNSTABLE
        hear(room, time)
        assert room.runtime("taxi").session.state is State.CONNECTED


async def test_a_clock_that_is_set_between_two_frames_makes_no_silence(tmp_path: Path) -> None:
    wall, monotonic = Time(), Time()
    async with stage(tmp_path, clock=SteadyClock(lambda: wall.now_ms, lambda: monotonic.now_ms)) as room:
        await room.attach()
        await room.linked("taxi", ANNA)
        for jump_ms in (3_600_000, -7_200_000):
            hear(room, wall)
            wall.now_ms += jump_ms
            monotonic.now_ms += STEP_MS
            hear(room, wall, age_ms=jump_ms + STEP_MS)
            assert room.runtime("taxi").session.state is State.CONNECTED


@pytest.mark.parametrize("state", [state for state in State if state is not State.CONNECTED])
def test_nothing_is_told_of_a_session_that_is_not_connected(state: State) -> None:
    assert due_ms(Session(state, up_since_ms=1), 0) is None
