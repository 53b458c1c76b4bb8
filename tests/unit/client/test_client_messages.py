"""Each kind of message by the SDK: what the gateway is asked, which its own schema takes."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import create_autospec

import pytest

from holdfast.api.sending import Wanted
from holdfast.client.media import Media
from holdfast.client.messages import Messages
from holdfast.client.outgoing import to_json
from holdfast.client.types import Sent
from holdfast.model import content as c
from holdfast.model.content import Content
from holdfast.outbox.rules import SENDABLE

AT = datetime(2026, 12, 24, 17, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)
CALLS: dict[str, tuple[Callable[[Messages], Awaitable[Sent]], Content]] = {
    "image": (
        lambda it: it.image("main", "+49", "med_1", text="look"),
        c.Image("look", media_id="med_1"),
    ),
    "video": (
        lambda it: it.video("main", "+49", "med_1", text="look"),
        c.Video("look", media_id="med_1"),
    ),
    "audio": (
        lambda it: it.audio("main", "+49", "med_1"),
        c.Audio(media_id="med_1"),
    ),
    "voice": (
        lambda it: it.voice("main", "+49", "med_1"),
        c.Voice(media_id="med_1"),
    ),
    "document": (
        lambda it: it.document("main", "+49", "med_1", text="look", file_name="a.pdf"),
        c.Document("look", media_id="med_1", file_name="a.pdf"),
    ),
    "sticker": (
        lambda it: it.sticker("main", "+49", "med_1"),
        c.Sticker(media_id="med_1"),
    ),
    "location": (
        lambda it: it.location("main", "+49", 1.5, -2.5, name="Gate", address="Square 1"),
        c.Location(1.5, -2.5, "Gate", "Square 1"),
    ),
    "live_location": (
        lambda it: it.live_location("main", "+49", 1.5, -2.5, text="me"),
        c.LiveLocation(1.5, -2.5, "me"),
    ),
    "contact": (lambda it: it.contact("main", "+49", "Ann", "V"), c.Contact("Ann", "V")),
    "poll": (
        lambda it: it.poll("main", "+49", "When?", ["now", "later"], selectable=1),
        c.Poll("When?", ("now", "later"), 1),
    ),
    "vote": (lambda it: it.vote("main", "+49", "M1", ["now"]), c.PollVote("M1", ("now",))),
    "react": (lambda it: it.react("main", "+49", "M1", "👍"), c.Reaction("M1", "👍")),
    "edit": (lambda it: it.edit("main", "+49", "M1", "better"), c.Edit("M1", "better")),
    "delete": (lambda it: it.delete("main", "+49", "M1"), c.Revoke("M1")),
    "invite": (
        lambda it: it.invite("main", "+49", "1@g.us", "C", name="Tea", text="come", expires=AT),
        c.GroupInvite("1@g.us", "C", "Tea", "come", AT_MS),
    ),
    "event": (
        lambda it: it.event("main", "+49", "Tea", AT, end=AT, description="cake", place="Gate"),
        c.CalendarEvent("Tea", AT_MS, AT_MS, "cake", "Gate"),
    ),
}


async def _as_it_is(file: str, kind: str) -> str:
    return file


@pytest.mark.parametrize("name", CALLS)
async def test_each_method_sends_its_kind_as_the_api_takes_it(name: str) -> None:
    call, content = CALLS[name]
    asked: list[Any] = []

    async def send(session: str, to: str, content: str | Content, **options: Any) -> Sent:
        asked.append((session, to, content))
        return Sent("MSG1", "ses_1", to, "queued")

    media = create_autospec(Media, instance=True)
    media.id_of.side_effect = _as_it_is
    await call(Messages(send, media))
    assert asked == [("main", "+49", content)]
    taken = Wanted.model_validate({"to": "+49", **to_json(content, {})})
    assert taken.request(None, None).content == content  # type: ignore[arg-type]


def test_no_method_and_no_kind_is_forgotten() -> None:
    methods = {name for name, _ in inspect.getmembers(Messages, inspect.isfunction) if name[0] != "_"}
    assert methods == set(CALLS)
    assert {content.kind for _, content in CALLS.values()} == SENDABLE - {"text"}


def test_what_stands_beside_a_content_is_what_the_api_takes() -> None:
    body = to_json(
        "hi",
        {
            "quoted_id": "M0", "mentions": ("+49",), "forwarded": 1, "view_once": False, "disappearing_s": 60,
            "not_before": AT, "expires_at": AT,
        },
    )  # fmt: skip
    request = Wanted.model_validate({"to": "+49", **body}).request(None, None)  # type: ignore[arg-type]
    assert (request.attributes.quoted_id, request.attributes.mentions) == ("M0", ("+49",))
    assert (request.not_before_ms, request.expires_at_ms) == (AT_MS, AT_MS)


def test_a_time_without_a_time_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_json("hi", {"not_before": datetime(2026, 12, 24)})  # noqa: DTZ001 - the mistake
