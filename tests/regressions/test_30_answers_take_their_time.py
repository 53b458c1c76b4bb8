"""Never again: a simulated phone does in two milliseconds what a person's phone does in a second."""

import asyncio
from datetime import timedelta

from holdfast.lab import AnswerDelay, Match, Phone, Simulator
from house import House

_SHORTEST = timedelta(milliseconds=300)
_LONG = AnswerDelay(timedelta(minutes=30), timedelta(hours=1))


async def _confirmed(phone: Phone) -> None:
    found, _ = await phone.receipts(wait_s=60)
    assert found


async def _greeted(phone: Phone) -> None:
    """Return when the companion has confirmed what a phone sends after linking: keys, and three histories."""
    confirmed, after = set[str](), 0
    while len(confirmed) < 4:
        receipts, after = await phone.receipts(after, wait_s=60)
        assert receipts, confirmed
        confirmed |= {each.id for each in receipts}


async def test_a_message_is_confirmed_after_a_moment(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    clock = asyncio.get_running_loop().time
    before = clock()
    await anna.say(ben, "hello")
    await ben.wait_for("hello")
    await _confirmed(anna)
    assert clock() - before >= _SHORTEST.total_seconds()


async def test_what_could_not_be_read_is_sent_again_after_a_moment(house: House) -> None:
    number, phone = await house.link("taxi")
    await _greeted(phone)
    anna = await house.simulator.phone("Anna")
    await house.simulator.rule("corrupt", Match(account=number, direction="out", tag="message"), count=1)
    id = await anna.say(phone, "hello")
    await house.received("hello")
    asked = await house.simulator.wait_for(account=number, id=id, type="retry", direction="in")
    again = await house.simulator.wait_for(account=number, id=id, tag="message", after=asked.seq)
    assert again.at - asked.at >= _SHORTEST


async def test_the_moment_passes_with_the_simulations_time(simulator: Simulator) -> None:
    await simulator.set_answer_delay(_LONG)
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    await anna.say(ben, "hello")
    await ben.wait_for("hello")
    assert (await anna.receipts())[0] == []
    await simulator.advance(_LONG.longest)
    await _confirmed(anna)


async def test_without_a_delay_what_waits_is_done(simulator: Simulator) -> None:
    await simulator.set_answer_delay(_LONG)
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    await anna.say(ben, "hello")
    await ben.wait_for("hello")
    assert await simulator.set_answer_delay(AnswerDelay()) == AnswerDelay()
    await _confirmed(anna)
