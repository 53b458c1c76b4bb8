"""What a companion sees of its phone, with real processes: what it sends, and nothing while it sleeps."""

from holdfast.kit.iso import ms_of
from house import House


async def test_a_phone_is_seen_by_what_it_sends_and_not_while_it_sleeps(house: House) -> None:
    number, phone = await house.link("office")
    friend = await house.simulator.phone("Friend")

    async def seen_ms() -> int:
        text = (await house.session("office"))["phone_seen_at"]
        return ms_of(text) if text else 0

    async def shown() -> bool:
        await phone.say(friend, "from the phone itself")
        return await seen_ms() > 0

    await house.until(shown, "the phone was not seen")
    await phone.sleep()
    asleep_ms = (await phone.state()).last_seen * 1000
    await friend.say(number, "are you there?")
    await house.received("are you there?")
    await house.kill("gateway")
    await house.start()
    await house.connected("office")
    # Kept over the restart, and not moved by what others send.
    await house.until(seen_ms, "what was known was forgotten")
    assert await seen_ms() <= asleep_ms
    await phone.wake()

    async def shown_again() -> bool:
        await phone.say(friend, "awake")
        return await seen_ms() > asleep_ms

    await house.until(shown_again, "the phone was not seen again")
