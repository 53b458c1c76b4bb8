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
    receipts, _ = await ann.receipts(wait_s=20)
    assert receipts

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
