"""What an account shares among its devices. Patches are sealed by one client and opened by another."""

import asyncio

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, pn

pytestmark = pytest.mark.timeout(120)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


@others
async def test_pins_and_archives_reach_the_other_device(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(anna, other)
    id = await stage.wasim.say(ben.phone, anna.phone, "pin me")
    for client in (first, second):
        await client.expect("message", id=id)
    await first.order("pin", chat=pn(ben), pin=True)
    assert (await second.expect("chat"))["pinned"]
    await second.order("archive", chat=pn(ben), archive=True, last=id)
    await first.expect("chat", archived=True)
    await first.order("pin", chat=pn(ben), pin=False)
    assert not (await second.expect("chat"))["pinned"]


@others
async def test_patches_at_the_same_time(stage: Stage, other: Contender) -> None:
    anna = await stage.wasim.phone("Anna")
    friends = [await stage.wasim.phone(f"Friend {n}") for n in range(2)]
    first, second = await stage.linked(anna), await stage.linked(anna, other)
    orders = [
        client.order("pin", chat=pn(friend), pin=True)
        for client, friend in zip((first, second), friends, strict=True)
    ]
    await asyncio.gather(*orders)
    # Whoever came second heard 409, took the other's patch and tried again.
    for client, friend in ((first, friends[1]), (second, friends[0])):
        chat = await client.expect("chat")
        assert chat["pinned"]
        assert chat["id"] in (pn(friend), friend.lid)


async def test_push_name(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await client.order("push_name", name="Anna of the lab")

    async def known() -> bool:
        name = (await stage.ask("GET", f"/admin/accounts/{anna.phone}"))["name"]
        return bool(name == "Anna of the lab")

    await stage.until("the server knows the new name", known)
    listener = await stage.linked(ben)
    id = (await client.order("send", to=pn(ben), text="who is this?"))["id"]
    assert (await listener.expect("message", id=id))["push_name"] == "Anna of the lab"


async def test_asks_who_is_on_whatsapp(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    found = await client.order("on_whatsapp", number=ben.phone)
    assert [one["exists"] for one in found] == [True]


@others
async def test_typing(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    id = (await first.order("send", to=pn(ben), text="hello"))["id"]
    await second.expect("message", id=id)
    await first.order("presence", state="composing", to=pn(ben))
    await second.expect("presence", state="composing")
    await first.order("presence", state="paused", to=pn(ben))
    await second.expect("presence", state="paused")
