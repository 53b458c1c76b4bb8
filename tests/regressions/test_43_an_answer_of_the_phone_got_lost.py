"""A message that WhatsApp held back from linked devices was lost when the phone's answer about it was lost.

The library asks the phone once; a process or a connection that ended right then took the answer along, while
WhatsApp counted the message as delivered.
"""

from holdfast.lab import Match
from house import House


async def test_the_phone_is_asked_again(house: House) -> None:
    number, phone = await house.link("taxi")
    anna = await house.simulator.phone("Anna")
    await anna.say(phone, "hello")
    await house.received("hello")
    await house.simulator.fault("unavailable", number)
    # The first is the message itself, the second what the phone answers.
    await house.simulator.rule("drop", Match(account=number, direction="out", tag="message", nth=2), count=1)
    await anna.say(phone, "on my way")
    await house.received("on my way")
