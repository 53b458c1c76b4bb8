"""Whatever can be put into a chat reaches a phone, and comes in from one, with all that surrounds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from holdfast.lab import Group, Phone, Received
from house import House

VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Cleo\nTEL;type=CELL;waid=4915100000007:+4915100000007\nEND:VCARD"


@dataclass
class Talk:
    """A linked number and somebody to talk to, in a chat and in a group of three."""

    house: House
    number: str
    owner: Phone
    guest: Phone
    other: Phone
    group: Group

    async def send(self, to: str, expect: int = 202, **body: Any) -> Mapping[str, Any]:
        """Ask for a message; the answer."""
        answer: Mapping[str, Any] = await self.house.ask(
            "POST", "/v1/sessions/taxi/messages", expect, json={"to": to, **body}
        )
        return answer

    async def sent(self, to: str, **body: Any) -> str:
        """Send a message; its id."""
        return str((await self.send(to, **body))["message_id"])

    async def arrived(self, message_id: str) -> Mapping[str, Any]:
        """The message as the API shows it, once it has come in."""

        async def there() -> bool:
            path = f"/v1/sessions/taxi/messages/{message_id}"
            return (await self.house.http.get(path)).status_code == 200

        await self.house.until(there, f"{message_id} did not arrive")
        shown: Mapping[str, Any] = await self.house.ask("GET", f"/v1/sessions/taxi/messages/{message_id}")
        return shown


@pytest.fixture
async def talk(house: House) -> Talk:
    number, owner = await house.link("taxi")
    guest, other = await house.simulator.phone("Guest"), await house.simulator.phone("Other")
    group = await guest.make_group("Tea", owner, other)
    return Talk(house, number, owner, guest, other, group)


SENT: Mapping[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "location": (
        {"kind": "location", "latitude": 48.2, "longitude": 16.37, "name": "Prater", "address": "Wien"},
        "location",
        {"location": {"latitude": 48.2, "longitude": 16.37, "name": "Prater", "address": "Wien"}},
    ),
    "live location": (
        {"kind": "live_location", "latitude": 48.2, "longitude": 16.37, "text": "on my way"},
        "live_location",
        {"location": {"latitude": 48.2, "longitude": 16.37, "live": True}},
    ),
    "contact": (
        {"kind": "contact", "display_name": "Cleo", "vcard": VCARD},
        "contact",
        {"contacts": [{"name": "Cleo", "phone": "4915100000007", "vcard": VCARD}]},
    ),
    "poll": (
        {"kind": "poll", "text": "When?", "options": ["now", "later"], "selectable": 1},
        "poll",
        {"poll": {"question": "When?", "options": ["now", "later"], "selectable": 1}},
    ),
    "group invitation": (
        {"kind": "group_invite", "group": "120363000000000001@g.us", "code": "ABC", "name": "Tea"},
        "group_invite",
        {"invite": {"group": "120363000000000001@g.us", "code": "ABC", "name": "Tea"}},
    ),
    "event": (
        {"kind": "event", "name": "Picnic", "start_ms": 1_800_000_000_000, "place": "Gate"},
        "event",
        {
            "event": {
                "name": "Picnic",
                "start": 1_800_000_000,
                "location": {"latitude": 0, "longitude": 0, "name": "Gate"},
            }
        },
    ),
}


def shows(item: Received, wanted: Mapping[str, Any]) -> None:
    """The phone shows at least this."""
    assert {name: item.details[name] for name in wanted} == wanted


async def test_each_kind_reaches_a_phone_in_a_chat_and_in_a_group(talk: Talk) -> None:
    question = await talk.guest.say(talk.number, "where are you?")
    await talk.arrived(question)
    for content, kind, wanted in SENT.values():
        reply = await talk.sent(f"+{talk.guest.phone}", content=content, quoted_id=question)
        item = await talk.guest.wait_for(id=reply)
        assert (item.kind, item.quoted["id"], item.duplicates) == (kind, question, 0)
        shows(item, wanted)
        forwarded = await talk.sent(talk.group.jid, content=content, forwarded=1, disappearing_s=86_400)
        item = await talk.other.wait_for(id=forwarded)
        assert item.kind == kind
        shows(item, wanted | {"forwarded": True, "expiration_s": 86_400})


async def test_what_is_about_another_message_reaches_it(talk: Talk) -> None:
    theirs = await talk.guest.say(talk.group, "tea?")
    poll = await talk.guest.send_poll(talk.group, "When?", ["now", "later"], selectable=1)
    for message_id in (theirs, poll):
        await talk.arrived(message_id)
    group = talk.group.jid
    mention = await talk.sent(group, text=f"@{talk.other.phone} ask them", mentions=[f"+{talk.other.phone}"])
    assert (await talk.other.wait_for(id=mention)).details["mentions"] == [talk.other.phone]
    await talk.sent(group, content={"kind": "reaction", "reacted_to": theirs, "emoji": "👍"})
    await talk.sent(group, content={"kind": "poll_vote", "poll": poll, "options": ["later"]})
    mine = await talk.sent(group, text="helo")
    await talk.sent(group, content={"kind": "edit", "edited": mine, "text": "hello"})
    wrong = await talk.sent(group, text="oops")
    last = await talk.sent(group, content={"kind": "revoke", "revoked": wrong})
    await talk.guest.wait_for(id=last)
    lines = {line.id: line for line in (await talk.guest.chat(talk.group)).messages}
    assert lines[theirs].reactions == {talk.number: "👍"}
    assert lines[poll].votes == {talk.number: ["later"]}
    assert (lines[mine].text, lines[mine].edited) == ("hello", True)
    assert lines[wrong].deleted
    back = await talk.sent(group, content={"kind": "reaction", "reacted_to": theirs, "emoji": ""})
    await talk.guest.wait_for(id=back)
    lines = {line.id: line for line in (await talk.guest.chat(talk.group)).messages}
    assert lines[theirs].reactions == {}


async def test_a_vote_reaches_a_poll_in_a_chat_whoever_has_asked(talk: Talk) -> None:
    theirs = await talk.guest.send_poll(talk.number, "When?", ["now", "later"])
    await talk.arrived(theirs)
    mine = await talk.sent(
        f"+{talk.guest.phone}", content={"kind": "poll", "text": "Where?", "options": ["here", "there"]}
    )
    await talk.guest.wait_for(id=mine)
    for poll, options in ((theirs, ["now", "later"]), (mine, ["there"])):
        vote = await talk.sent(
            f"+{talk.guest.phone}", content={"kind": "poll_vote", "poll": poll, "options": options}
        )
        assert (await talk.guest.wait_for(id=vote)).details["vote"] == options
    answer = await talk.guest.vote(talk.number, mine, "here")
    assert (await talk.arrived(answer))["content"]["options"] == ["here"]


async def test_an_admin_deletes_what_a_member_wrote(talk: Talk) -> None:
    await talk.group.promote(talk.guest, talk.owner)
    rude = await talk.other.say(talk.group, "rude")
    await talk.arrived(rude)
    deletion = await talk.sent(talk.group.jid, content={"kind": "revoke", "revoked": rude})
    await talk.guest.wait_for(id=deletion)
    lines = {line.id: line for line in (await talk.guest.chat(talk.group)).messages}
    assert lines[rude].deleted


async def test_each_kind_from_a_phone_arrives_typed(talk: Talk) -> None:
    to = talk.number
    said = await talk.guest.say(to, "first")
    drafts: list[tuple[str, dict[str, Any]]] = [
        (await talk.guest.send_location(to, 48.2, 16.37, "Prater"), {"kind": "location", "name": "Prater"}),
        (
            await talk.guest.send_location(to, 48.2, 16.37, "me", live=True),
            {"kind": "live_location", "latitude": 48.2, "longitude": 16.37},
        ),
        (await talk.guest.send_contact(to, "Cleo", "+49151"), {"kind": "contact", "display_name": "Cleo"}),
        (
            await talk.guest.send(
                to, invite={"group": talk.group.jid, "code": "ABC", "name": "Tea", "expires": 1_800_000_000}
            ),
            {
                "kind": "group_invite",
                "group": talk.group.jid,
                "code": "ABC",
                "name": "Tea",
                "expires_ms": 1_800_000_000_000,
            },
        ),
        (
            await talk.guest.send(to, event={"name": "Picnic", "start": 1_800_000_000, "canceled": True}),
            {"kind": "event", "name": "Picnic", "start_ms": 1_800_000_000_000, "canceled": True},
        ),
        (await talk.guest.react(to, said, "👍"), {"kind": "reaction", "reacted_to": said, "emoji": "👍"}),
        (await talk.guest.edit(to, said, "better"), {"kind": "edit", "edited": said, "text": "better"}),
        (await talk.guest.delete(to, said), {"kind": "revoke", "revoked": said}),
        (await talk.guest.set_disappearing(to, 86_400), {"kind": "other"}),
    ]
    for message_id, wanted in drafts:
        content = (await talk.arrived(message_id))["content"]
        assert {name: content[name] for name in wanted} == wanted
    surrounded = await talk.guest.send(
        to, text="@you", reply_to=drafts[0][0], mentions=[to], forwarded=True, expiration_s=86_400
    )
    shown = await talk.arrived(surrounded)
    assert (shown["quoted_id"], shown["forwarded"], shown["disappearing_s"]) == (drafts[0][0], 1, 86_400)
    assert len(shown["mentions"]) == 1
    once = await talk.guest.send_file(to, b"picture", kind="image", mimetype="image/jpeg", view_once=True)
    assert (await talk.arrived(once))["view_once"]


async def test_what_cannot_be_done_is_refused_before_anything_is_stored(talk: Talk) -> None:
    theirs = await talk.guest.say(talk.number, "hello")
    await talk.arrived(theirs)
    to = f"+{talk.guest.phone}"
    for expect, code, content in (
        (422, "target_invalid", {"kind": "edit", "edited": theirs, "text": "x"}),
        (422, "target_invalid", {"kind": "revoke", "revoked": theirs}),
        (422, "target_invalid", {"kind": "poll_vote", "poll": theirs, "options": ["x"]}),
        (404, "unknown_message", {"kind": "reaction", "reacted_to": "3EB0", "emoji": "👍"}),
        (422, "content_invalid", {"kind": "poll", "text": "When?", "options": ["now"]}),
    ):
        error = await talk.send(to, expect, content=content)
        assert error["code"] == code
        assert error["next_step"]
    stranger = await talk.house.simulator.phone("Stranger")
    body = {"text": "@you", "mentions": [f"+{talk.other.phone}", f"+{stranger.phone}"]}
    error = await talk.send(talk.group.jid, 422, **body)
    assert (error["code"], f"+{stranger.phone} is not in" in error["detail"]) == ("content_invalid", True)
    found = await talk.house.ask("GET", "/v1/sessions/taxi/messages", params={"direction": "out"})
    assert found["messages"] == []


async def test_a_number_that_may_begin_no_new_chats_waits_and_goes_on_with_the_others(talk: Talk) -> None:
    known = await talk.guest.say(talk.number, "hello")
    await talk.arrived(known)
    stranger = await talk.house.simulator.phone("Stranger")
    await talk.owner.lock_for(timedelta(hours=2))
    cold = await talk.sent(f"+{stranger.phone}", text="an offer")

    async def queue() -> Mapping[str, Any]:
        found: Mapping[str, Any] = await talk.house.ask("GET", "/v1/sessions/taxi/queue")
        return found

    async def is_locked() -> bool:
        return (await queue())["reachout_locked_until"] is not None

    await talk.house.until(is_locked, "the lock was not noticed")
    warm = await talk.sent(f"+{talk.guest.phone}", text="an answer")
    assert (await talk.guest.wait_for(id=warm)).duplicates == 0

    async def cold_alone_waits() -> bool:
        return [it["message_id"] for it in (await queue())["waiting"]] == [cold]

    await talk.house.until(cold_alone_waits, "the answer did not leave the queue")
    shown = (await talk.house.session("taxi"))["queue"]
    assert (shown["messages"], shown["reachout_locked_until"] is None) == (1, False)

    async def is_told() -> bool:
        query = {"format": "json", "after": "", "type": "notice.received"}
        notices = (await talk.house.ask("GET", "/v1/events", params=query))["events"]
        return "reachout_lock" in {it["data"]["notice"]["kind"] for it in notices}

    await talk.house.until(is_told, "nobody was told of the lock")
    await talk.owner.lock_for(timedelta())
    assert (await stranger.wait_for(id=cold)).duplicates == 0

    async def is_open() -> bool:
        found = await queue()
        return found["messages"] == 0 and found["reachout_locked_until"] is None

    await talk.house.until(is_open, "the lock did not end")
