"""Every kind that is no file, between Holdfast and clients that share no code with it, both ways."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from holdfast_stage import Both, met
from stage import Stage

from files_stage import send

pytestmark = pytest.mark.timeout(180)

VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Cleo\nTEL;type=CELL;waid=4915100000007:+4915100000007\nEND:VCARD"
INVITATION = {"group": "120363000000000001@g.us", "code": "ABC", "name": "Tea"}

#: What Holdfast sends, and what the client shows of it: kind and text.
SENT: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "text": ({"text": "grüße 😀 \u200f\u0634"}, "text", "grüße 😀 \u200f\u0634"),
    "location": ({"latitude": 48.2, "longitude": 16.37, "name": "Prater"}, "location", "Prater"),
    "live_location": ({"latitude": 48.2, "longitude": 16.37}, "live_location", ""),
    "contact": ({"display_name": "Cleo", "vcard": VCARD}, "contact", "Cleo"),
    "poll": ({"text": "When?", "options": ["now", "later"], "selectable": 1}, "poll", "When?"),
    "event": ({"name": "Picnic", "start_ms": 1_800_000_000_000}, "event", "Picnic"),
    "group_invite": (INVITATION, "group_invite", ""),
}

#: What the client is ordered to send, and what Holdfast tells of it.
ORDERED: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "send": ({"text": "grüße"}, {"kind": "text", "text": "grüße"}),
    "location": (
        {"latitude": 48.2, "longitude": 16.37, "name": "Prater"},
        {"kind": "location", "latitude": 48.2, "longitude": 16.37, "name": "Prater"},
    ),
    "contact": ({"name": "Cleo", "vcard": VCARD}, {"kind": "contact", "display_name": "Cleo"}),
    "poll": (
        {"question": "Tea?", "options": ["yes", "no"]},
        {"kind": "poll", "text": "Tea?", "options": ["yes", "no"]},
    ),
}


@pytest.fixture
async def both(stage: Stage) -> AsyncIterator[Both]:
    """Holdfast and a client, before they have said a word."""
    async with met(stage) as pair:
        yield pair


async def arrived(both: Both, message_id: str) -> dict[str, Any]:
    """The message as Holdfast shows it, once it has come in."""
    path = f"/v1/sessions/taxi/messages/{message_id}"

    async def there() -> bool:
        return (await both.house.http.get(path)).status_code == 200

    await both.house.until(there, f"{message_id} did not arrive")
    found: dict[str, Any] = await both.house.ask("GET", path)
    return found


async def reported(both: Both, **content: str) -> None:
    """Return when Holdfast has told of such a content, once."""

    async def fitting() -> int:
        page = await both.house.ask("GET", "/v1/sessions/taxi/messages", params={"direction": "in"})
        found = [each["content"] for each in page["messages"]]
        return sum(content.items() <= each.items() for each in found)

    async def there() -> bool:
        return await fitting() > 0

    await both.house.until(there, f"{content} did not arrive")
    assert await fitting() == 1


async def test_reads_each_kind_that_holdfast_sends(both: Both) -> None:
    client = both.client
    for name, (content, kind, text) in SENT.items():
        id = await send(both.house, both.phone, {"kind": name, **content})
        got = await client.expect("message", id=id)
        assert (got["kind"], got["text"]) == (kind, text), name
    first = await send(both.house, both.phone, {"kind": "text", "text": "helo"})
    about: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "reaction": ({"reacted_to": first, "emoji": "👍"}, {"text": "👍", "target": first}),
        "edit": ({"edited": first, "text": "hello"}, {"text": "hello", "target": first}),
        "revoke": ({"revoked": first}, {"kind": "delete", "target": first}),
    }
    for name, (content, shown) in about.items():
        id = await send(both.house, both.phone, {"kind": name, **content})
        got = await client.expect("message", id=id)
        assert {key: got.get(key) for key in shown} == shown, name
    asked = (await client.order("send", to=f"{both.number}@s.whatsapp.net", text="really?"))["id"]
    await arrived(both, asked)
    id = await send(both.house, both.phone, {"kind": "text", "text": "yes"}, quoted_id=asked)
    assert (await client.expect("message", id=id))["quoted"] == asked


async def test_holdfast_tells_each_kind_that_the_client_sends(both: Both) -> None:
    client, to = both.client, f"{both.number}@s.whatsapp.net"
    ids = {}
    for verb, (order, told) in ORDERED.items():
        ids[verb] = (await client.order(verb, to=to, **order))["id"]
        content = (await arrived(both, ids[verb]))["content"]
        assert {name: content[name] for name in told} == told, verb
    text = ids["send"]
    await client.order("react", to=to, target=text, text="👍")
    await reported(both, kind="reaction", reacted_to=text, emoji="👍")
    await client.order("edit", to=to, target=text, text="greetings")
    await reported(both, kind="edit", edited=text, text="greetings")
    await client.order("delete", to=to, target=text)
    await reported(both, kind="revoke", revoked=text)
    mine = await send(both.house, both.phone, {"kind": "text", "text": "tea?"})
    await client.expect("message", id=mine)
    reply = (await client.order("send", to=to, text="gladly", quote=mine))["id"]
    assert (await arrived(both, reply))["quoted_id"] == mine


# Baileys cannot vote: it has no word for it.
@pytest.mark.only("whatsapp-rust")
async def test_a_vote_is_opened_by_whoever_has_asked(both: Both) -> None:
    client, to = both.client, f"{both.number}@s.whatsapp.net"
    mine = await send(both.house, both.phone, {"kind": "poll", "text": "Tea?", "options": ["yes", "no"]})
    await client.expect("message", id=mine)
    vote = (await client.order("vote", to=to, target=mine, options=["no"]))["id"]
    content = (await arrived(both, vote))["content"]
    assert (content["poll"], content["options"]) == (mine, ["no"])
    theirs = (await client.order("poll", to=to, question="When?", options=["now", "later"]))["id"]
    await arrived(both, theirs)
    await send(both.house, both.phone, {"kind": "poll_vote", "poll": theirs, "options": ["later"]})
    assert (await client.expect("vote", target=theirs))["options"] == ["later"]
