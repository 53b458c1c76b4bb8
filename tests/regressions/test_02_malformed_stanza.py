"""Never again: one malformed stanza for one number takes every number down."""

from house import House


async def test_the_other_numbers_do_not_notice_a_malformed_stanza(house: House) -> None:
    number, _ = await house.link("taxi")
    other, _ = await house.link("bakery")
    guest = await house.simulator.phone("Guest")
    engine = house.place.engine_pid()
    for _ in range(3):
        await house.simulator.fault("malformed-node", number)
        # The number itself gives its connection up once, and comes back by itself.
        await house.connected("taxi")
    await guest.say(number, "behind it")
    await guest.say(other, "to the other")
    await house.received("behind it", "to the other")
    assert house.place.engine_pid() == engine
    assert (await house.simulator.at(other).account()).companions[0].logins == 1
    assert (await house.simulator.at(number).account()).companions[0].logins <= 2
