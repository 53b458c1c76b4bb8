"""Who is there, and who is writing: between clients, and between clients and phones."""

from functools import partial

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, pn

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(120)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


@others
async def test_typing(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    id = (await first.order("send", to=pn(ben), text="hello"))["id"]
    await second.expect("message", id=id)
    await first.order("presence", state="composing", to=pn(ben))
    await second.expect("presence", state="composing")
    await first.order("presence", state="paused", to=pn(ben))
    # Baileys has no word for it: who has stopped typing is just there.
    await second.expect("presence", state="available" if other.name == "baileys" else "paused")


@others
async def test_presence(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    await stage.settled(anna)
    await stage.settled(ben)
    id = (await first.order("send", to=pn(ben), text="hello"))["id"]
    await second.expect("message", id=id)
    await second.order("watch", to=pn(anna))
    await first.order("presence", state="available")
    await second.expect("presence", state="available")
    await first.order("presence", state="unavailable")
    await second.expect("presence", state="unavailable")


async def test_phone_types_and_records(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await client.order("presence", state="available")
    for state in ("composing", "recording", "paused"):
        await ben.post("typing", {"to": anna.phone, "state": state})
        quiet = state == "paused" and stage.contender.name == "baileys"
        await client.expect("presence", state="available" if quiet else state)
    for state in ("composing", "recording", "paused"):
        await client.order("presence", state=state, to=pn(ben))
        await stage.until(f"{state} on the phone", partial(typed, ben, state))


async def typed(phone: Phone, state: str) -> bool:
    seen = (await phone.fetch("activity"))["items"]
    return any(each["kind"] == "typing" and each["state"] == state for each in seen)
