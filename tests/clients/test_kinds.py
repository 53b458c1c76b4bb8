"""Messages of every kind: what phones send, as each client reads it, and the other way round."""

from collections.abc import Mapping
from typing import Any

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, encoded, pn

pytestmark = pytest.mark.timeout(120)

PLACE: dict[str, Any] = {"latitude": 48.2, "longitude": 16.37, "name": "Prater"}
CARD = {"name": "Cleo", "phone": "4915100000007"}
VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Cleo\nTEL;type=CELL;waid=4915100000007:+4915100000007\nEND:VCARD"
POLL = {"question": "Tea?", "options": ["yes", "no"], "selectable": 1}

# A phone's draft (as the admin API takes it), and what a client shows of it: kind and text.
SENT_BY_PHONES: Mapping[str, tuple[Mapping[str, Any], str, str]] = {
    "forward": ({"text": "passed on", "forwarded": True}, "text", "passed on"),
    "link": (
        {"text": "see https://example.org", "link": {"url": "https://example.org", "title": "Example"}},
        "text",
        "see https://example.org",
    ),
    "location": ({"location": PLACE}, "location", "Prater"),
    "live location": ({"location": PLACE | {"live": True}}, "live_location", ""),
    "contact": ({"contacts": [CARD]}, "contact", "Cleo"),
    "contacts": ({"contacts": [CARD, CARD | {"name": "Dora"}]}, "contacts", ""),
    "poll": ({"poll": POLL}, "poll", "Tea?"),
    "event": ({"event": {"name": "Picnic", "start": 1_800_000_000}}, "event", "Picnic"),
    "album": ({"album": {"images": 2}}, "album", ""),
    "disappearing": ({"disappearing_s": 86400}, "disappearing", ""),
}


@pytest.mark.parametrize("name", SENT_BY_PHONES)
async def test_reads_what_a_phone_sends(stage: Stage, name: str) -> None:
    draft, kind, text = SENT_BY_PHONES[name]
    anna, ben, client = await stage.pair()
    id = await stage.post(ben, anna, **draft)
    got = await client.expect("message", id=id)
    assert got["kind"] == kind
    if text:
        assert got["text"] == text
    await stage.settled(anna)


async def test_reads_what_a_message_says_beside_its_text(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    first = await ben.say(anna, "a question")
    reply = await stage.post(ben, anna, text="its answer", reply_to=first)
    assert (await client.expect("message", id=reply))["quoted"] == first
    mention = await stage.post(ben, anna, text="hello you", mentions=[anna.phone])
    assert len((await client.expect("message", id=mention))["mentions"]) == 1
    media = {"kind": "image", "data_base64": encoded(b"secret"), "mimetype": "image/jpeg"}
    once = await stage.post(ben, anna, media=media, view_once=True)
    got = await client.expect("message", id=once)
    assert (got["kind"], got["view_once"]) == ("image", True)
    pin = await stage.post(ben, anna, pin=True, target=first)
    assert (await client.expect("message", id=pin, kind="pin"))["target"] == first
    await stage.settled(anna)


async def test_phone_reads_what_the_client_sends(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    theirs = await ben.say(anna, "a question")
    await client.expect("message", id=theirs)
    reply = (await client.order("send", to=pn(ben), text="an answer", quote=theirs))["id"]
    assert (await stage.item(ben, reply))["quoted"]["id"] == theirs
    mention = (await client.order("send", to=pn(ben), text="hey", mentions=[pn(ben)]))["id"]
    assert (await stage.item(ben, mention))["mentions"] == [ben.phone]
    place = (await client.order("location", to=pn(ben), **PLACE))["id"]
    item = await stage.item(ben, place)
    assert (item["kind"], item["location"]["latitude"]) == ("location", 48.2)
    card = (await client.order("contact", to=pn(ben), name="Cleo", vcard=VCARD))["id"]
    item = await stage.item(ben, card)
    assert (item["kind"], item["contacts"][0]["phone"]) == ("contact", "4915100000007")
    await client.order("disappearing", to=pn(ben), seconds=86400)
    assert (await stage.received_kind(ben, "disappearing")).text == "86400"


async def test_votes_of_a_phone_are_opened(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    poll = (await client.order("poll", to=pn(ben), question="Tea?", options=["yes", "no"]))["id"]
    item = await stage.item(ben, poll)
    assert (item["kind"], item["poll"]["options"]) == ("poll", ["yes", "no"])
    await stage.post(ben, anna, vote=["no"], target=poll)
    assert (await client.expect("vote", target=poll))["options"] == ["no"]
    await stage.settled(anna)


# Baileys cannot vote: it has no word for it.
@pytest.mark.only("whatsapp-rust")
async def test_client_votes(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    poll = await stage.post(ben, anna, poll=POLL)
    await client.expect("message", id=poll)
    vote = (await client.order("vote", to=pn(ben), target=poll, options=["yes"]))["id"]
    item = await stage.item(ben, vote)
    assert (item["kind"], item["target"], item["vote"]) == ("poll_vote", poll, ["yes"])


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_kinds_from_client_to_client(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    place = (await first.order("location", to=pn(ben), **PLACE))["id"]
    assert (await second.expect("message", id=place))["kind"] == "location"
    card = (await first.order("contact", to=pn(ben), name="Cleo", vcard=VCARD))["id"]
    assert (await second.expect("message", id=card))["kind"] == "contact"
    poll = (await first.order("poll", to=pn(ben), question="Tea?", options=["yes", "no"]))["id"]
    assert (await second.expect("message", id=poll))["text"] == "Tea?"
    if other.name == "whatsapp-rust":
        await second.order("vote", to=pn(anna), target=poll, options=["yes"])
        assert (await first.expect("vote", target=poll))["options"] == ["yes"]
    text = (await first.order("send", to=pn(ben), text="frist"))["id"]
    await second.expect("message", id=text)
    await first.order("edit", to=pn(ben), target=text, text="first")
    assert (await second.expect("edit", target=text))["text"] == "first"
    reply = (await second.order("send", to=pn(anna), text="really", quote=text))["id"]
    assert (await first.expect("message", id=reply))["quoted"] == text
    await second.order("react", to=pn(anna), target=text, text="👍")
    assert (await first.expect("reaction", target=text))["text"] == "👍"
    await first.order("delete", to=pn(ben), target=text)
    await second.expect("delete", target=text)
