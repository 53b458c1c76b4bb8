"""Never again: what one number receives takes every number down, again and again."""

from pathlib import Path

from holdfast.engine.lastdealt import crashed, last_dealt_with
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from house import House
from session_stage import TENANT, Stage, stage

NUMBERS = {f"taxi{n}": f"491510000000{n}:1@s.whatsapp.net" for n in range(4)}
BAD = "taxi2"


async def _engines_die_of(room: Stage, bad: SessionId, deaths: int) -> int:
    """Let engines come, and die whenever this session is connected; how many did."""
    for died in range(deaths):
        before = len(room.link.asked)
        await room.attach()
        await room.until(
            lambda before=before: (
                f"connect {bad}" in room.link.asked[before:]  # type: ignore[misc]
                or room.runtime(BAD).session.state is State.FAILED
            ),
            "neither connected nor given up",
        )
        if room.runtime(BAD).session.state is State.FAILED:
            return died
        room.link.last = [bad, *room.link.last]
        room.detach()
    return deaths


async def test_the_one_that_ends_the_engine_rests_and_the_others_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        ids = {name: await room.linked(name, jid) for name, jid in NUMBERS.items()}
        # everybody was dialling when the first engines died
        room.link.last = list(ids.values())
        room.detach()
        assert await _engines_die_of(room, ids[BAD], deaths=12) <= 4
        session = room.runtime(BAD).session
        assert (session.state, session.reason) == (State.FAILED, Reason.CRASHES_ENGINE)
        assert session.retry_at_ms is not None
        for name in NUMBERS.keys() - {BAD}:
            await room.until_state(name, State.CONNECTED)
        assert room.service.show(TENANT, BAD).retry_at_ms is not None


async def test_pauses_grow_and_a_new_process_does_not_begin_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        bad = await room.linked(BAD, NUMBERS[BAD])
        room.link.last = [bad]
        waits: list[int] = []
        for _ in range(2):
            room.detach()
            await _engines_die_of(room, bad, deaths=12)
            session = room.runtime(BAD).session
            waits.append((session.retry_at_ms or 0) - session.since_ms)
            await room.service.connect(TENANT, BAD)
            await room.until_state(BAD, State.CONNECTED)
        assert waits[0] == 12_000  # the least that the dice give: a tenth of two minutes
        assert waits[1] == 24_000


async def test_the_wait_survives_the_process(tmp_path: Path) -> None:
    async with stage(tmp_path) as room:
        await room.attach()
        bad = await room.linked(BAD, NUMBERS[BAD])
        room.link.last = [bad]
        room.detach()
        await _engines_die_of(room, bad, deaths=12)
        await room.quiet()
    async with stage(tmp_path, room.link.disk) as again:
        await again.attach()
        await again.quiet()
        session = again.runtime(BAD).session
        assert (session.state, session.reason) == (State.FAILED, Reason.CRASHES_ENGINE)
        assert again.runtime(BAD).timer is not None


def test_the_file_of_a_dead_engine_is_read_and_nonsense_in_it_is_no_matter(tmp_path: Path) -> None:
    assert last_dealt_with(tmp_path) == []
    lines = ["1700000000001 dial   ses_a", "1700000000002 frame  ses_b", "\x00\x00", "x y z", ""]
    (tmp_path / "engine.last").write_text("\n".join(lines))
    assert last_dealt_with(tmp_path) == ["ses_b", "ses_a"]


def test_only_a_death_of_its_own_doing_is_blamed_on_anybody(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    assert not crashed(log)
    log.write_text('{"event":"engine.started"}\n')
    assert not crashed(log)  # killed from outside: no last words
    with log.open("a") as more:
        more.write(
            "panic: runtime error: index out of range [3] with length 2\n\ngoroutine 7 [running]:\n\tx.go:1\n"
        )
    assert crashed(log)
    with log.open("a") as more:
        more.write('{"event":"engine.started"}\n')
    assert not crashed(log)  # that was an engine before


async def test_killed_from_outside_again_and_again_everybody_comes_back(house: House) -> None:
    await house.link("taxi")
    await house.link("van")
    for _ in range(5):
        await house.kill("engine")
        await house.connected("taxi")
        await house.connected("van")
