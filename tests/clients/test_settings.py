"""What an account shares among its devices. Patches are sealed by one client and opened by another."""

import asyncio
from functools import partial
from typing import Any

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


async def test_settings_of_the_phone_reach_the_client(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    id = await ben.say(anna, "arrange me")
    await client.expect("message", id=id)
    chat = f"chats/{ben.phone}"
    await anna.post(chat, {"pinned": True})
    await client.expect("chat", pinned=True)
    await anna.post(chat, {"mute_s": 3600})
    await client.expect("chat", muted=True)
    await anna.post(chat, {"archived": True})
    await client.expect("chat", archived=True)
    await anna.post(chat, {"star": id})
    assert (await client.expect("star", starred=True))["id"] == id
    await anna.post(chat, {"read": True})
    await client.expect("chat", read=True)
    await anna.post("contacts", {"phone": ben.phone, "name": "Benjamin"})
    await client.expect("contact", name="Benjamin")
    await anna.post("rename", {"name": "Anna the Second"})
    await client.expect("push_name", name="Anna the Second")
    await anna.post(chat, {"delete": True})
    await client.expect("chat", deleted=True)
    await stage.settled(anna)


async def test_settings_of_the_client_reach_the_phone(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    id = await ben.say(anna, "arrange me")
    await client.expect("message", id=id)

    async def screen() -> dict[str, Any]:
        chats = (await anna.fetch("chats"))["items"]
        return next(dict(chat) for chat in chats)

    async def shows(name: str, value: bool) -> bool:
        return bool((await screen()).get(name)) == value

    for order, name in (("pin", "pinned"), ("mute", "muted_until"), ("archive", "archived")):
        await client.order(order, chat=pn(ben), last=id, **{order: True})
        await stage.until(f"{name} on the phone", partial(shows, name, True))
    await client.order("mute", chat=pn(ben), mute=False)
    await stage.until("not muted any more", partial(shows, "muted_until", False))


async def test_key_is_asked_for(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await anna.post("rotate-key", {"tell": False})
    await anna.post(f"chats/{ben.phone}", {"pinned": True})
    # It cannot read what is sealed with a key that it has not got.
    if stage.contender.name == "whatsapp-rust":
        await client.expect("chat", pinned=True, within=40)  # it asks the phone
        return
    # Baileys waits until it is told: what needs another key is blocked until then.
    await client.quiet(2.0, "chat", pinned=True)
    await anna.post("rotate-key", {"tell": True})
    await anna.post(f"chats/{ben.phone}", {"mute_s": 3600})
    await client.expect("chat", muted=True)
    assert not client.seen("chat", pinned=True)


async def test_patch_meets_a_conflict(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await stage.wasim.fault("appstate-conflict", anna.phone, 1)
    await client.order("pin", chat=pn(ben), pin=True)

    async def pinned() -> bool:
        return any(chat.get("pinned") for chat in (await anna.fetch("chats"))["items"])

    if stage.contender.name == "whatsapp-rust":
        await stage.until("pinned on the phone", pinned)
    else:
        # It takes the answer for a success.
        assert not await pinned()
    assert client.alive


async def test_settings_cannot_be_fetched(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await stage.wasim.fault("appstate-error", anna.phone, 1)
    await anna.post(f"chats/{ben.phone}", {"pinned": True})
    # The next notice makes up for it.
    await anna.post(f"chats/{ben.phone}", {"mute_s": 3600})
    await client.expect("chat", muted=True, within=60)
    await stage.still_talks(client, anna, ben)


async def test_key_is_withheld(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("appstate-key-withheld", anna.phone, 1)
    client = await stage.linked(anna)
    await stage.still_talks(client, anna, ben)
    await anna.post(f"chats/{ben.phone}", {"pinned": True})
    if stage.contender.name == "baileys":
        await client.quiet(2.0, "chat", pinned=True)
        await anna.post("rotate-key", {"tell": True})
        await anna.post(f"chats/{ben.phone}", {"mute_s": 3600})
        await client.expect("chat", muted=True, within=40)
    else:
        await client.expect("chat", pinned=True, within=40)
    await stage.still_talks(client, anna, ben)
