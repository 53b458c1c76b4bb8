"""The scout: what waits for the network is back as soon as it is, and nobody dials in vain meanwhile."""

import asyncio
from pathlib import Path

import pytest

from holdfast.model.errors import EngineOutdated
from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from session_stage import TENANT, Stage, stage

#: Times of a lab, but waits between attempts that no test could sit out.
POLICY = DEFAULT_POLICY.faster(50).model_copy(
    update={"reconnect_first_s": 500.0, "reconnect_longest_s": 1000.0}
)


def dials(played: Stage) -> int:
    return sum(1 for it in played.link.asked if it.startswith("connect "))


async def lost(played: Stage) -> None:
    """The network goes; returns when the scout knows."""
    played.link.cut()
    await played.until(lambda: played.supervisor._scout._lost, "the scout does not notice")


async def test_everybody_is_back_as_soon_as_the_network_is(tmp_path: Path) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        for name in ("a", "b"):
            await played.linked(name, f"49151000000{ord(name)}:1@s.whatsapp.net")
        await lost(played)
        before = dials(played)
        assert played.runtime("a").session.retry_at_ms is not None
        played.link.network = True
        await played.until_state("a", State.CONNECTED)
        await played.until_state("b", State.CONNECTED)
        assert dials(played) == before + 2


async def test_nobody_dials_in_vain_and_the_owner_is_not_held_up(tmp_path: Path) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        await played.linked("a", "4915100000001:1@s.whatsapp.net")
        await lost(played)
        before = dials(played)
        await played.service.connect(TENANT, "a")
        await played.until(lambda: played.supervisor._scout._at_gate, "it does not wait at the gate")
        looks = played.link.asked.count("scout")
        await played.until(lambda: played.link.asked.count("scout") >= looks + 2, "the scout rests")
        assert dials(played) == before
        await played.service.disconnect(TENANT, "a")
        await played.quiet()
        assert (dials(played), played.runtime("a").session.state) == (before, State.STOPPED)


async def test_who_waits_at_the_gate_dials_once_when_it_opens(tmp_path: Path) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        await played.linked("a", "4915100000001:1@s.whatsapp.net")
        await lost(played)
        before = dials(played)
        await played.service.connect(TENANT, "a")
        await played.until(lambda: played.supervisor._scout._at_gate, "it does not wait at the gate")
        played.link.network = True
        await played.until_state("a", State.CONNECTED)
        assert dials(played) == before + 1


async def test_a_scout_that_is_wrong_costs_a_longest_wait_and_no_session(tmp_path: Path) -> None:
    brief = POLICY.model_copy(update={"reconnect_longest_s": 0.05, "reconnect_first_s": 0.05})
    async with stage(tmp_path, policy=brief) as played:
        await played.attach()
        await played.linked("a", "4915100000001:1@s.whatsapp.net")
        await lost(played)
        before = dials(played)
        await played.until(lambda: dials(played) > before + 2, "nobody passes the gate")


async def test_while_one_number_is_up_the_network_is_not_to_blame(tmp_path: Path) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        a = await played.linked("a", "4915100000001:1@s.whatsapp.net")
        await played.linked("b", "4915100000002:1@s.whatsapp.net")
        played.link.end(a, Reason.NETWORK)
        assert not played.supervisor._scout._needed()
        assert "scout" not in played.link.asked


@pytest.mark.parametrize("reason", [Reason.SERVICE_UNAVAILABLE, Reason.RATE_LIMITED, Reason.REPLACED])
async def test_what_whatsapp_said_is_not_the_network(tmp_path: Path, reason: Reason) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        a = await played.linked("a", "4915100000001:1@s.whatsapp.net")
        played.link.end(a, reason)
        assert not played.supervisor._scout._needed()


async def test_an_engine_that_cannot_look_opens_the_gate(tmp_path: Path) -> None:
    async with stage(tmp_path, policy=POLICY) as played:
        await played.attach()
        await played.linked("a", "4915100000001:1@s.whatsapp.net")
        await lost(played)
        played.link.refuse["scout"] = EngineOutdated()
        await played.until(lambda: not played.supervisor._scout._lost, "the gate stays closed")


async def test_numbers_that_fall_at_once_come_back_at_the_governors_pace(tmp_path: Path) -> None:
    pace = Policy(connects_at_once=10, connects_per_s=40).model_copy(
        update={"reconnect_first_s": 0.01, "reconnect_longest_s": 0.05}
    )
    async with stage(tmp_path, policy=pace) as played:
        await played.attach()
        names = [f"n{number}" for number in range(40)]
        for number, name in enumerate(names):
            await played.linked(name, f"49151{number:08}:1@s.whatsapp.net")
        loop, begun = asyncio.get_running_loop(), list[float]()
        connect = played.link.connect

        async def noted(session_id: str, epoch: int) -> None:
            begun.append(loop.time())
            await connect(session_id, epoch)

        played.link.connect = noted  # type: ignore[method-assign]
        fell = loop.time()
        for session_id in list(played.link.held):
            played.link.end(session_id, Reason.NETWORK)
        for name in names:
            await played.until_state(name, State.CONNECTED)
        # A busy machine makes attempts later, never earlier.
        for count, at in enumerate(sorted(begun), start=1):
            assert count <= 10 + 40 * (at - fell) + 1
