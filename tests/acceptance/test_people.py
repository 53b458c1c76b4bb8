"""Groups, people, the profile and what others see of it: asked of and done at the simulated WhatsApp."""

from collections.abc import AsyncIterator

import pytest

from holdfast.cli.groups import requests as list_requests
from holdfast.client import Client, WhatsAppForbidden, WhatsAppNotFound
from holdfast.model.errors import NotConnected, RecipientInvalid, RequestInvalid, UnknownMessage
from house import House

# The smallest picture there is: one pixel.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300030202020202030202020303030304060404040404080606"
    "05060908 0a0a090809090a0c0f0c0a0b0e0b09090d110d0e0f101011100a0c12131210130f101010ffc9000b08000100"
    "0101011100ffcc000600101005ffda0008010100003f00d2cf20ffd9".replace(" ", "")
)


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    """The SDK at the test's gateway."""
    async with Client(data=house.place.data) as opened:
        yield opened


async def test_a_group_from_its_first_member_to_the_last_word(
    house: House, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    number, _ = await house.link("taxi")
    ann, bob, cem = [await house.simulator.phone(name) for name in ("Ann", "Bob", "Cem")]
    made = await client.groups.create("taxi", "Night shift", [f"+{ann.phone}"])
    assert [it.subject for it in await ann.groups()] == ["Night shift"]
    assert {it.phone for it in made.members} >= {f"+{ann.phone}"}

    (added,) = await client.groups.add("taxi", made.group, [f"+{bob.phone}"])
    assert added.whatsapp_code is None
    await client.groups.promote("taxi", made.group, [f"+{bob.phone}"])
    changed = await client.groups.change(
        "taxi", made.group, subject="Day shift", description="Who drives when", announce=True, locked=True
    )
    assert (changed.subject, changed.description, changed.announce, changed.locked) == (
        "Day shift",
        "Who drives when",
        True,
        True,
    )
    assert {it.phone for it in changed.members if it.admin} == {f"+{number}", f"+{bob.phone}"}
    assert {it.subject for it in await client.groups.list("taxi")} == {"Day shift"}

    link = await client.groups.invite("taxi", made.group)
    assert (await client.groups.preview("taxi", link)).subject == "Day shift"
    fresh = await client.groups.invite("taxi", made.group, reset=True)
    assert fresh != link
    with pytest.raises(WhatsAppNotFound):
        await client.groups.preview("taxi", link)

    await client.groups.change("taxi", made.group, join_approval=True)
    await cem.join(fresh.rpartition("/")[2])
    (waiting,) = await client.groups.requests("taxi", made.group)
    await list_requests(house.place.data, "taxi", made.group, as_json=False)
    assert waiting.member.jid in capsys.readouterr().out
    # Somebody whom this number never met is known by the hidden name alone.
    (decided,) = await client.groups.decide("taxi", made.group, [waiting.member.jid], approve=True)
    assert decided.whatsapp_code is None
    assert [it.subject for it in await cem.groups()] == ["Day shift"]

    await client.groups.remove("taxi", made.group, [f"+{ann.phone}"])
    await client.groups.leave("taxi", made.group)
    (left,) = await bob.groups()
    assert {it.phone for it in left.members} == {bob.phone, cem.phone}
    with pytest.raises((WhatsAppForbidden, WhatsAppNotFound)):
        await client.groups.get("taxi", made.group)


async def test_people_and_the_profile(house: House, client: Client) -> None:
    number, _ = await house.link("taxi")
    ann = await house.simulator.phone("Ann")
    await ann.set_about("On the road")
    there, nobody = await client.people.check("taxi", f"+{ann.phone}", "+4915999999999")
    assert (there.on_whatsapp, there.jid) == (True, f"{ann.phone}@s.whatsapp.net")
    assert (nobody.on_whatsapp, nobody.jid) == (False, None)
    assert await client.people.about("taxi", f"+{ann.phone}") == "On the road"
    assert await client.people.picture("taxi", f"+{ann.phone}") is None

    profile = await client.people.set_profile("taxi", name="Night desk", about="Day and night")
    assert (profile.phone, profile.name, profile.about) == (f"+{number}", "Night desk", "Day and night")
    answer = await house.http.put("/v1/sessions/taxi/profile/picture", content=JPEG)
    assert answer.status_code == 200, answer.text
    assert (await client.people.profile("taxi")).picture_id == answer.json()["id"]

    await client.people.block("taxi", f"+{ann.phone}")
    (blocked,) = await client.people.blocked("taxi")
    assert blocked.phone == f"+{ann.phone}"
    await client.people.unblock("taxi", f"+{ann.phone}")
    assert await client.people.blocked("taxi") == []


async def test_what_others_see(house: House, client: Client) -> None:
    number, owner = await house.link("taxi")
    ann = await house.simulator.phone("Ann")
    await ann.say(number, "hello")
    await house.received("hello")
    messages = await house.ask("GET", "/v1/sessions/taxi/messages")
    message_id = messages["messages"][0]["message_id"]

    assert await client.people.read("taxi", [message_id, message_id]) == 1

    async def read() -> bool:
        found, _ = await ann.receipts()
        return any(it.id == message_id and it.type == "read" for it in found)

    await house.until(read, "the sender does not see that the message was read")

    await client.people.show_presence("taxi", available=True)
    await client.people.show_activity("taxi", f"+{ann.phone}", "typing")

    async def typing() -> bool:
        found, _ = await ann.activity()
        return any(it.state == "composing" for it in found)

    await house.until(typing, "nobody sees that this side types")

    await client.people.watch_presence("taxi", f"+{ann.phone}")
    await ann.set_present(True)

    async def online() -> bool:
        events, _ = await client.events_page(after="", type="notice.received")
        return any(getattr(it.data.notice, "available", False) for it in events)

    await house.until(online, "nobody is told that she came online")
    await ann.typing(number)

    async def writes() -> bool:
        events, _ = await client.events_page(after="", type="notice.received")
        return any(getattr(it.data.notice, "activity", "") == "typing" for it in events)

    await house.until(writes, "nobody is told that she types")

    # WhatsApp forgets both with the connection: they are told again, by whichever processes.
    await house.kill("engine", "gateway")
    await house.start()
    await house.connected("taxi")

    async def told_again() -> bool:
        nodes = [it.node for it in await house.simulator.transcript(owner) if it.direction == "in"]
        types = [node.attrs.get("type") for node in nodes if node.tag == "presence"]
        return min(types.count("available"), types.count("subscribe")) > 1

    await house.until(told_again, "the new connection does not know what the old one did")
    await client.people.unwatch_presence("taxi", f"+{ann.phone}")
    await client.people.show_presence("taxi", available=False)

    call = await ann.call(number)

    async def rings() -> bool:
        events, _ = await client.events_page(after="", type="notice.received")
        return any(getattr(it.data.notice, "call_id", "") == call for it in events)

    await house.until(rings, "the call does not ring")
    await client.people.reject_call("taxi", f"+{ann.phone}", call)

    async def rejected() -> bool:
        return (await ann.calls())[0].state == "rejected"

    await house.until(rejected, "the caller does not see the rejection")


async def test_what_cannot_be_is_refused_with_a_code(house: House, client: Client) -> None:
    await house.link("taxi")
    ann = await house.simulator.phone("Ann")
    theirs = await ann.make_group("Theirs")
    with pytest.raises((WhatsAppForbidden, WhatsAppNotFound)):
        await client.groups.change("taxi", theirs.jid, subject="Ours")
    # What is said to it is accepted, because only WhatsApp knows who is in it; then it fails, alone.
    sent = await client.send("taxi", theirs.jid, "Let me in")
    await client.send("taxi", f"+{ann.phone}", "Hello")
    await ann.wait_for("Hello")

    async def failed() -> bool:
        return (await client.message("taxi", sent.message_id)).status == "failed"

    await house.until(failed, "a message to a group of others still waits")
    body = (await client.message("taxi", sent.message_id)).body
    assert body["sent"]["error"]["code"] in {"whatsapp_forbidden", "whatsapp_not_found"}
    with pytest.raises(RecipientInvalid):
        await client.groups.get("taxi", "+4915112345678")
    with pytest.raises(RequestInvalid):
        await client.groups.create("taxi", "", [f"+{ann.phone}"])
    with pytest.raises(RequestInvalid):
        await client.groups.create("taxi", "Nobody", [])
    with pytest.raises(RequestInvalid):
        await client.groups.join("taxi", "https://example.org/not-a-link")
    with pytest.raises(WhatsAppNotFound):
        await client.groups.join("taxi", "AbCdEfGhIjKlMnOpQrStUv")
    with pytest.raises(UnknownMessage):
        await client.people.read("taxi", ["3EB0NOTHING"])
    with pytest.raises(RecipientInvalid):
        await client.people.check("taxi", "bob")
    refused = await house.http.put("/v1/sessions/taxi/profile/picture", content=b"<svg/>")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    await client.sessions.disconnect("taxi")
    await house.until(lambda: client_is_down(client), "it does not disconnect")
    with pytest.raises(NotConnected):
        await client.groups.list("taxi")


async def client_is_down(client: Client) -> bool:
    """True when the session rests."""
    return (await client.sessions.get("taxi")).state == "stopped"


async def test_a_number_that_people_write_otherwise_is_one_chat_with_its_account(
    house: House, client: Client
) -> None:
    number, _ = await house.link("taxi")
    bia = await house.simulator.phone("Bia", "551187654321")
    await bia.also_written("5511987654321")
    sent = await client.send("taxi", "+55 11 98765-4321", "Bom dia")
    assert (await bia.wait_for("Bom dia")).duplicates == 0
    await bia.say(number, "Oi")
    await house.received("Oi")
    again = await client.send("taxi", "+5511987654321", "Tudo bem?")
    assert (await bia.wait_for("Tudo bem?")).duplicates == 0
    (chat,) = [it async for it in client.chats.list("taxi")]
    assert (chat.phone, chat.unread) == ("+551187654321", 0)
    piece = await client.chats.messages("taxi", "+5511987654321")
    assert [it.text for it in piece.messages] == ["Bom dia", "Oi", "Tudo bem?"]
    assert {piece.messages[0].message_id, piece.messages[2].message_id} == {sent.message_id, again.message_id}

    nobody = await client.send("taxi", "+4915999999999", "Anybody?")

    async def failed() -> bool:
        return (await client.message("taxi", nobody.message_id)).status == "failed"

    await house.until(failed, "a message to nobody still waits")
    body = (await client.message("taxi", nobody.message_id)).body
    assert body["sent"]["error"]["code"] == "not_on_whatsapp"
