"""Chats as a program sees them, with real engine, phones and files."""

from collections.abc import AsyncIterator

import pytest

from holdfast.cli import chats as commands
from holdfast.client import Client
from house import House


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    """The SDK at the test's gateway."""
    async with Client(data=house.place.data) as opened:
        yield opened


async def unread(client: Client) -> dict[str, int]:
    """How much is unread, by name."""
    return {chat.name: chat.unread async for chat in client.chats.list("taxi")}


async def test_chats_are_read_here_and_on_the_phone(
    house: House, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    number, owner = await house.link("taxi")
    ann, bob = await house.simulator.phone("Ann"), await house.simulator.phone("Bob")
    group = await ann.make_group("Tea", owner, bob)
    for who, to, text in ((ann, number, "one"), (bob, number, "two"), (ann, number, "three")):
        await who.say(to, text)
        await house.received(text)
    await bob.say(group.jid, "four")
    await house.received("four")
    assert await unread(client) == {"Tea": 1, "Ann": 2, "Bob": 1}

    told = await client.chats.mark_read("taxi", f"+{ann.phone}")
    assert told == 2
    assert (await unread(client))["Ann"] == 0

    async def ann_saw_it() -> bool:
        return "read" in {it.type for it in (await ann.receipts())[0]}

    await house.until(ann_saw_it, "the sender was not told that it was read")

    await owner.wait_for("two")
    await owner.read(bob.phone)

    async def read_there() -> bool:
        return (await unread(client))["Bob"] == 0

    await house.until(read_there, "what the phone reads stays unread")
    await house.kill("gateway")
    await house.start()
    assert await unread(client) == {"Tea": 1, "Ann": 0, "Bob": 0}

    await client.send("taxi", f"+{ann.phone}", "five")
    piece = await client.chats.messages("taxi", f"+{ann.phone}", limit=2)
    assert [it.text for it in piece.messages] == ["three", "five"]
    before = await client.chats.messages("taxi", f"+{ann.phone}", before=piece.previous)
    assert [it.text for it in before.messages] == ["one"]
    await commands.listing(house.place.data, "taxi", unread=False, archived=None, limit=9, as_json=False)
    await commands.show(house.place.data, "taxi", f"+{ann.phone}", limit=9, before=None, as_json=False)
    await commands.search(house.place.data, "fiv", None, chat=None, limit=9, as_json=False)
    shown = capsys.readouterr().out
    assert "Tea" in shown
    assert shown.count("five") == 3


async def test_what_was_said_before_the_link_is_there_and_was_told_to_nobody(
    house: House, client: Client
) -> None:
    owner, ann = await house.simulator.phone("Owner"), await house.simulator.phone("Ann")
    mine = await owner.say(ann.phone, "mine")
    before = [mine, *[await ann.say(owner.phone, f"before {index}") for index in range(40)]]
    await owner.wait_for("before 39")
    await client.sessions.create("taxi")
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await owner.scan(qr["code"])
    await house.connected("taxi")

    async def is_there() -> bool:
        piece = await client.chats.messages("taxi", f"+{ann.phone}", limit=100)
        return [it.message_id for it in piece.messages] == before

    await house.until(is_there, "what was said before the link is not there, or not in its order")
    new = await ann.say(owner.phone, "new")
    await house.received("new")
    assert await house.texts() == ["new"]
    piece = await client.chats.messages("taxi", f"+{ann.phone}", limit=100)
    assert [it.message_id for it in piece.messages] == [*before, new]
    assert [it.body["history"] for it in piece.messages] == [True] * 41 + [False]
    assert [it.body["from_me"] for it in piece.messages[:2]] == [True, False]
    (chat,) = [it async for it in client.chats.list("taxi")]
    assert (chat.unread, chat.last_message is not None and chat.last_message.message_id) == (41, new)
    found = await client.chats.search('"before 7"', "taxi")
    assert [it.text for it in found.messages] == ["before 7"]
    assert await client.chats.ask_older("taxi", f"+{ann.phone}", count=10) == before[0]
    answer = await client.send("taxi", f"+{ann.phone}", "a late answer", quoted_id=before[1])
    assert (await ann.wait_for("a late answer")).id == answer.message_id


async def test_labels_of_before_the_link_and_after_it(house: House, client: Client) -> None:
    owner = await house.simulator.phone("Owner")
    ann, bob = await house.simulator.phone("Ann"), await house.simulator.phone("Bob")
    await owner.save_label("3", "VIP", color=4)
    await owner.arrange(ann.phone, label="3")
    await client.sessions.create("taxi")
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await owner.scan(qr["code"])
    await house.connected("taxi")

    async def shown(*wanted: list[str]) -> bool:
        chats = [await client.chats.get("taxi", f"+{who.phone}") for who in (ann, bob)]
        return [[it.name for it in chat.labels] for chat in chats] == list(wanted)

    await house.until(lambda: shown(["VIP"], []), "labels of before the link are not here")
    assert [(it.label_id, it.name, it.color) for it in await client.chats.labels("taxi")] == [("3", "VIP", 4)]
    await house.kill("gateway")
    await owner.save_label("3", "Regular")
    await owner.arrange(bob.phone, label="3")
    await owner.arrange(ann.phone, unlabel="3")
    await house.start()
    await house.until(lambda: shown([], ["Regular"]), "what the phone changed meanwhile is not here")
    await ann.say(owner.phone, "now the two names of Ann are known to be one person")
    await owner.arrange(ann.phone, label="3")
    await house.until(lambda: shown(["Regular"], ["Regular"]), "the label of a known person is not here")
    await owner.save_label("3", "Regular", deleted=True)
    await house.until(lambda: shown([], []), "a deleted label is still here")
    assert await client.chats.labels("taxi") == []
