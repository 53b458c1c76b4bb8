"""What an account shares among its devices. Patches are sealed by one client and opened by another."""

import asyncio

import pytest
from contenders import CONTENDERS, Contender
from driver import Client
from stage import Stage, pn

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(120)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


async def linked_pair(stage: Stage, phone: Phone, other: Contender) -> tuple[Client, Client]:
    """Two devices of one phone that have got the key to the settings."""
    first, second = await stage.linked(phone), await stage.linked(phone, other)
    await stage.settled(phone, 1)
    await stage.settled(phone, 2)
    return first, second


@others
async def test_pins_and_archives_reach_the_other_device(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await linked_pair(stage, anna, other)
    id = await ben.say(anna.phone, "pin me")
    for client in (first, second):
        await client.expect("message", id=id)
    await first.order("pin", chat=pn(ben), pin=True)
    await second.expect("chat", pinned=True)
    await second.order("archive", chat=pn(ben), archive=True, last=id)
    await first.expect("chat", archived=True)
    await first.order("pin", chat=pn(ben), pin=False)
    await second.expect("chat", pinned=False)


@others
async def test_patches_at_the_same_time(stage: Stage, other: Contender) -> None:
    anna = await stage.wasim.phone("Anna")
    friends = [await stage.wasim.phone(f"Friend {n}") for n in range(2)]
    first, second = await linked_pair(stage, anna, other)
    orders = [
        client.order("pin", chat=pn(friend), pin=True)
        for client, friend in zip((first, second), friends, strict=True)
    ]
    await asyncio.gather(*orders)
    # Whoever came second hears 409. whatsapp-rust takes the other's patch and tries again. Baileys takes the
    # answer for a success: its change is lost, and it never learns of the other's.
    refused = await refused_devices(stage, anna)
    ignorant = [device for device in refused if (stage.contender, other)[device - 1].name == "baileys"]
    for client, friend in ((first, friends[1]), (second, friends[0])):
        if ignorant:
            await client.quiet(1.0, "chat", id=pn(friend), pinned=True)
        else:
            await client.expect("chat", pinned=True, id=pn(friend))


async def refused_devices(stage: Stage, phone: Phone) -> list[int]:
    """The devices whose patch was refused with 409."""
    passed = await stage.wasim.transcript(phone)
    return [each.device for each in passed if each.direction == "out" and "'409'" in str(each.node)]


async def test_push_name(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await stage.settled(anna)
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
