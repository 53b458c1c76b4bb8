"""Faults of messages and of the line that more than one event tells of (contract, tables 3.2 and 3.4)."""

import asyncio

import pytest
from stage import Stage, pn

pytestmark = pytest.mark.timeout(200)


# What each client answers to the two copies of a message.
TWICE = {
    "baileys": [("receipt", None), ("ack", "487")],
    "whatsapp-rust": [("receipt", None), ("receipt", None)],
}


async def test_message_delivered_twice(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("duplicate-message", anna.phone, 1)
    id = await ben.say(anna.phone, "once")
    await client.expect("message", id=id)
    await stage.settled(anna)
    await stage.still_talks(client, anna, ben)
    assert [event["text"] for event in client.seen("message", id=id, kind="text")] == ["once"]
    # The second one is answered as well, so that it does not come forever.
    answers = await stage.stanzas(anna, "receipt") + await stage.stanzas(anna, "ack")
    said = [(node.tag, node.attrs.get("error")) for node in answers if node.get("id") == id]
    assert said == TWICE[stage.contender.name]


async def test_message_that_cannot_be_decrypted(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("undecryptable", anna.phone, 1)
    id = await ben.say(anna.phone, "spoilt once")
    # The client asks for it again, with fresh keys, and the phone sends it again.
    assert (await client.expect("message", id=id, kind="text"))["text"] == "spoilt once"
    retries = [node for node in await stage.stanzas(anna, "receipt") if node.get("type") == "retry"]
    assert [node.get("id") for node in retries] == [id]
    await stage.still_talks(client, anna, ben)


async def test_messages_overtake_each_other(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("out-of-order", anna.phone, 1)
    first, second = await ben.say_many([(anna, "first"), (anna, "second")])
    for id in (first, second):
        await client.expect("message", id=id)
    # Both read the later one with keys that they keep for the earlier one; nobody has to ask again.
    assert [event["id"] for event in client.seen("message", kind="text")] == [second, first]
    assert not [node for node in await stage.stanzas(anna, "receipt") if node.get("type") == "retry"]
    await stage.still_talks(client, anna, ben)


async def test_group_message_before_its_key(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    group = await ben.make_group("Lab", anna)
    await client.expect("group_change", id=group.jid)
    await stage.wasim.fault("sender-key-late", anna.phone, 1)
    id = await ben.say(group, "before its key")
    assert (await client.expect("message", id=id, kind="text"))["text"] == "before its key"
    retries = [node for node in await stage.stanzas(anna, "receipt") if node.get("type") == "retry"]
    assert id in [node.get("id") for node in retries]
    after = await ben.say(group, "after it")
    assert (await client.expect("message", id=after))["text"] == "after it"
    await stage.settled(anna)


async def test_message_without_content(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("unavailable", anna.phone, 1)
    id = await ben.say(anna.phone, "hidden")
    # The client asks its own phone, which has it.
    assert (await client.expect("message", id=id, kind="text", within=60))["text"] == "hidden"
    await stage.still_talks(client, anna, ben)


async def test_crafted_message(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("crafted-dm", anna.phone, 1)
    await stage.still_talks(client, anna, ben)
    assert client.alive
    assert not client.seen("crash")


async def test_message_from_the_number_in_place_of_the_lid(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("pn-then-lid", anna.phone)
    await stage.still_talks(client, anna, ben)
    await stage.wasim.clear_faults()
    await stage.still_talks(client, anna, ben)


async def test_sends_are_not_acknowledged(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("no-ack", anna.phone)
    # Neither client waits for the server's word.
    id = (await client.order("send", to=pn(ben), text="anybody?", within=10))["id"]
    assert (await stage.received(ben, id)).text == "anybody?"
    await stage.wasim.clear_faults()
    await stage.still_talks(client, anna, ben)


async def test_message_is_refused(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("ack-error", anna.phone, 1)
    id = (await client.order("send", to=pn(ben), text="refused"))["id"]
    if stage.contender.name == "baileys":
        await client.expect("send_failed", id=id)
    else:
        await client.expect("ack", id=id, error="479")
    await stage.still_talks(client, anna, ben)
    items, _ = await ben.inbox()
    assert id not in [item.id for item in items]


async def test_list_of_devices_is_said_to_be_another(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await stage.wasim.fault("ack-phash", anna.phone, 1)
    mark = await stage.wasim.mark()
    id = (await client.order("send", to=pn(ben), text="to whom?"))["id"]
    await stage.received(ben, id)
    await stage.still_talks(client, anna, ben)
    asked = await stage.wasim.transcript(anna, after=mark, direction="in", xmlns="usync")
    # Baileys does not look at it. whatsapp-rust asks again for whose devices it knows.
    assert bool(asked) == (stage.contender.name == "whatsapp-rust")


async def test_backlog_is_said_to_be_over_before_it_comes(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    await ben.say_many([(anna, f"missed {n}") for n in range(5)])
    await stage.wasim.fault("offline-first", anna.phone, 1)
    await client.order("connect")
    await client.expect("open")
    for n in range(5):
        await client.expect("message", text=f"missed {n}")
    await stage.still_talks(client, anna, ben)


@pytest.mark.waits
async def test_backlog_never_ends(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault("no-offline", anna.phone, 1)
    await client.order("connect")
    id = await ben.say(anna.phone, "are you in?")
    # Both wait for the end of the backlog, and give up on it.
    await client.expect("open", within=100)
    await client.expect("message", id=id, within=100)
    await stage.still_talks(client, anna, ben)


@pytest.mark.waits
async def test_pings_are_not_answered(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    if stage.contender.name == "baileys":
        await client.order("leave")
        await client.expect("close")
        await client.order("connect", options={"keepAliveIntervalMs": 2000})
        await client.expect("open")
        await client.forget()
    mark = await stage.wasim.mark()
    before = (await stage.companion(anna))["logins"]
    async with stage.wasim.fault("no-pong", anna.phone):
        ping = await stage.wasim.wait_for(account=anna, after=mark, direction="in", xmlns="w:p", timeout_s=40)
        # Whatever else arrives proves to both that the link is alive.
        for n in range(8):
            await ben.say(anna, f"news {n}")
            await client.expect("message", text=f"news {n}")
            await asyncio.sleep(3)
    assert ping.node.tag == "iq"
    assert (await stage.companion(anna))["logins"] == before
    await stage.still_talks(client, anna, ben)


@pytest.mark.parametrize("fault", ["split-frame", "trickle", "fragmented-frames", "coalesced-frames"])
async def test_line_that_cuts_frames(stage: Stage, fault: str) -> None:
    anna, ben, client = await stage.pair()
    async with stage.wasim.fault(fault, anna.phone):
        for _ in range(3):
            await stage.still_talks(client, anna, ben)
    assert not client.seen("crash")


async def test_slow_frames(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("slow", anna.phone)
    await stage.still_talks(client, anna, ben)
    await client.order("leave")
    await client.expect("close")
    await client.order("connect")
    await client.expect("open")
    await stage.still_talks(client, anna, ben)


async def test_compressed_connection(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("deflate")
    client = await stage.linked(anna)
    await stage.still_talks(client, anna, ben)


async def test_server_loses_its_life(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    waiting = await stage.wasim.phone("Cleo")
    await stage.wasim.restart()  # kill -9, and back at the same port with what it had saved
    if not stage.contender.reconnects:
        await client.expect("close")
    await stage.back(client)
    await stage.still_talks(client, anna, ben)
    assert (await stage.companion(anna))["handshake"] == stage.contender.handshake
    id = await waiting.say(anna, "from before")
    assert (await client.expect("message", id=id))["text"] == "from before"
