"""Content → WhatsApp's protobuf → content: what the outbox composes is what the engine translates.

`proto/golden/content/` holds for each case the composed bytes and the engine's translation of them; the
engine's tests hold the way from the one to the other. WRITE_GOLDEN=1 writes the bytes of a new case.
"""

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from google.protobuf import text_format

from holdfast.engine import translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.messages import Direction, Message
from holdfast.model import content as c
from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import Content, MessageKind
from holdfast.model.ids import SessionId
from holdfast.model.media import RemoteFile
from holdfast.model.messages import InboundMessage
from holdfast.outbox import files
from holdfast.outbox.compose import Composition, compose
from holdfast.outbox.files import FileFacts
from holdfast.outbox.rules import SENDABLE, refusal
from holdfast.outbox.targets import Targets
from holdfast.outbox.v1 import whatsapp_pb2 as wa

GOLDEN = Path(__file__).parents[2] / "proto" / "golden" / "content"
SECRET, IV, NOW_MS = bytes(range(32)), bytes(range(12)), 1_795_555_555_000
GRACE, GROUP = "223456789012345@lid", "120363000000000001@g.us"
OWN_PN, OWN = "4915111077513@s.whatsapp.net", "123456789012345@lid"


def stored(
    content: Content, raw: wa.Message, *, chat: str = GRACE, from_me: bool = False, **more: object
) -> Message:
    """A message that another one is about."""
    raw.message_context_info.message_secret = SECRET
    made = Message(
        order_no=1,
        direction=Direction.IN,
        session_id=SessionId("ses_a"),
        message_id="3EB0AAAA01",
        chat=chat,
        sender=OWN if from_me else GRACE,
        from_me=from_me,
        group=chat == GROUP,
        content=content,
        timestamp_ms=NOW_MS - 60_000,
        raw=raw.SerializeToString(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


POLL = c.Poll("When?", ("now", "later", "never"), 2)
ASKED = wa.PollCreationMessage(name="When?")
TEXT = stored(c.Text("hello"), wa.Message(conversation="hello"))
MINE = stored(c.Text("helo"), wa.Message(conversation="helo"), from_me=True)
PICTURE = stored(
    c.Image("lok"),
    wa.Message(
        ephemeral_message=wa.FutureProofMessage(
            message=wa.Message(
                image_message=wa.ImageMessage(caption="lok", context_info=wa.ContextInfo(stanza_id="Q"))
            )
        )
    ),
    from_me=True,
)
THEIR_POLL = stored(POLL, wa.Message(poll_creation_message_v3=ASKED), chat=GROUP)
MY_POLL = stored(POLL, wa.Message(poll_creation_message=ASKED), from_me=True)
VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD"
CHOSEN = tuple(hashlib.sha256(each.encode()).hexdigest() for each in ("now", "never"))
EVERYTHING = Attributes("3EB0AAAA01", ("4915222088624@s.whatsapp.net", GRACE), 5, False, 86_400)


@dataclass(frozen=True)
class Case:
    """What is sent, and as what it comes in where that differs."""

    content: Content
    attributes: Attributes = NONE
    targets: Targets = field(default_factory=Targets)
    chat: str = GRACE
    comes_as: Content | None = None


FILE = FileFacts(SECRET, b"\xff\xd8\xff", bytes(range(64)))
REMOTE = RemoteFile(
    "/v/t62.7118-24/1?ccb=11-4", SECRET, SECRET, SECRET[::-1], 4711, "https://mmg.whatsapp.net/v/1"
)


def with_file(content: c.MediaContent, attributes: Attributes = NONE, targets: Targets | None = None) -> Case:
    """A content with a file: its id is the gateway's own, and nobody else hears of it."""
    sent = replace(content, media_id="med_1")
    return Case(sent, attributes, targets or Targets(), comes_as=content)


CASES: dict[str, Case] = {
    "text": Case(c.Text("grüße 😀 \u200f\u0634")),
    "text_reply": Case(c.Text("yes"), Attributes("3EB0AAAA01"), Targets(quoted=TEXT)),
    "text_with_everything": Case(c.Text("hey @4915222088624"), EVERYTHING, Targets(quoted=TEXT), GROUP),
    "text_reply_to_own_picture": Case(c.Text("see"), Attributes("3EB0AAAA01"), Targets(quoted=PICTURE)),
    "text_forwarded": Case(c.Text("news"), Attributes(forwarded=1)),
    "text_disappearing": Case(c.Text("psst"), Attributes(disappearing_s=604_800)),
    "location": Case(c.Location(52.5163, -13.3777, "Gate", "Square 1")),
    "location_bare": Case(c.Location(0.0, 0.0)),
    "location_reply": Case(c.Location(1.5, 2.5), Attributes("3EB0AAAA01"), Targets(quoted=TEXT)),
    "live_location": Case(c.LiveLocation(1.5, 2.5, "on my way", 10, 2.5, 90, 7)),
    "live_location_first": Case(
        c.LiveLocation(1.5, 2.5), comes_as=c.LiveLocation(1.5, 2.5, sequence=NOW_MS * 1000)
    ),
    "contact": Case(c.Contact("Ann", VCARD), Attributes(forwarded=2)),
    "contacts": Case(c.Contact("2 contacts", f"{VCARD}\n{VCARD.replace('Ann', 'Bob')}")),
    "poll": Case(POLL, Attributes("3EB0AAAA01"), Targets(quoted=TEXT)),
    "poll_of_any_number": Case(c.Poll("Which?", ("a", "b"))),
    "vote_in_a_group": Case(
        c.PollVote("3EB0AAAA01", ("now", "never")),
        targets=Targets(THEIR_POLL),
        chat=GROUP,
        comes_as=c.PollVote("3EB0AAAA01", (), CHOSEN),
    ),
    "vote_in_own_poll": Case(
        c.PollVote("3EB0AAAA01", ("now", "never")),
        targets=Targets(MY_POLL),
        comes_as=c.PollVote("3EB0AAAA01", (), CHOSEN),
    ),
    "vote_taken_back": Case(c.PollVote("3EB0AAAA01"), targets=Targets(MY_POLL)),
    "reaction": Case(c.Reaction("3EB0AAAA01", "👍🏽"), targets=Targets(TEXT)),
    "reaction_in_a_group": Case(c.Reaction("3EB0AAAA01", "1️⃣"), targets=Targets(THEIR_POLL), chat=GROUP),
    "reaction_taken_back": Case(c.Reaction("3EB0AAAA01"), targets=Targets(MINE)),
    "edit": Case(c.Edit("3EB0AAAA01", "hello"), targets=Targets(MINE)),
    "edit_of_a_caption": Case(c.Edit("3EB0AAAA01", "look"), targets=Targets(PICTURE)),
    "revoke": Case(c.Revoke("3EB0AAAA01"), targets=Targets(MINE)),
    "revoke_as_admin": Case(c.Revoke("3EB0AAAA01"), targets=Targets(THEIR_POLL), chat=GROUP),
    "group_invite": Case(c.GroupInvite(GROUP, "CODE", "Tea", "come", 1_795_814_755_000)),
    "group_invite_bare": Case(c.GroupInvite(GROUP, "CODE")),
    "event": Case(
        c.CalendarEvent(
            *("Tea", 1_795_814_755_000, 1_795_818_355_000, "with cake", "Gate", "Square 1", 1.5, -2.5),
            *("https://call.example/1", True),
        )
    ),
    "event_bare": Case(c.CalendarEvent("Tea", 1_795_814_755_000)),
    "event_reply": Case(
        c.CalendarEvent("Tea", 1_795_814_755_000), Attributes("3EB0AAAA01"), Targets(quoted=TEXT)
    ),
    "image": with_file(c.Image("look", "image/jpeg", 4711, width=640, height=480)),
    "image_reply_once": with_file(
        c.Image("", "image/png", 4711), Attributes("3EB0AAAA01", view_once=True), Targets(quoted=TEXT)
    ),
    "video": with_file(
        c.Video("look", "video/mp4", 4711, duration_s=9, width=640, height=480), Attributes(disappearing_s=60)
    ),
    "audio": with_file(c.Audio("", "audio/mpeg", 4711, duration_s=9)),
    "voice": with_file(c.Voice("", "audio/ogg; codecs=opus", 4711, duration_s=9), Attributes(forwarded=1)),
    "voice_once": with_file(c.Voice("", "audio/ogg; codecs=opus", 4711), Attributes(view_once=True)),
    "document": with_file(c.Document("", "application/pdf", 4711, "bill.pdf")),
    "document_with_words": with_file(
        c.Document("please", "application/pdf", 4711, "bill.pdf"),
        Attributes("3EB0AAAA01"),
        Targets(quoted=TEXT),
    ),
    "sticker": with_file(c.Sticker("", "image/webp", 4711, width=512, height=512)),
}


def composed(case: Case) -> bytes:
    """The bytes, as the outbox writes them."""
    assert refusal(case.content, case.attributes, case.chat) is None
    values = (case.content, case.attributes, case.chat, OWN_PN, OWN, SECRET, IV, NOW_MS, case.targets)
    if not isinstance(case.content, c.MEDIA_TYPES):
        return compose(Composition(*values))
    return files.finish(compose(Composition(*values, FILE)), REMOTE, NOW_MS)


@pytest.mark.parametrize("name", CASES)
def test_content_is_composed_to_the_golden_bytes(name: str) -> None:
    file, made = GOLDEN / f"{name}.bin", composed(CASES[name])
    if not file.exists() and os.environ.get("WRITE_GOLDEN"):
        file.write_bytes(made)
    assert file.read_bytes() == made


@pytest.mark.parametrize("name", CASES)
def test_what_the_engine_makes_of_the_golden_bytes_is_the_content_again(name: str) -> None:
    case = CASES[name]
    message = text_format.Parse((GOLDEN / f"{name}.txtpb").read_text(), pb.Message())
    arrived = translate.delivery(pb.Delivery(delivery_id=1, session_id="ses_a", message=message))
    assert isinstance(arrived, InboundMessage)
    assert arrived.content == (case.comes_as or case.content)
    assert arrived.attributes == case.attributes


def test_every_kind_that_can_be_sent_has_a_case_and_no_golden_file_is_left_over() -> None:
    assert {case.content.kind for case in CASES.values()} == SENDABLE
    assert {file.stem for file in GOLDEN.iterdir()} == set(CASES)


def test_later_messages_about_it_find_the_secret_and_those_that_are_about_another_have_none() -> None:
    about = {MessageKind.POLL_VOTE, MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE}
    for name, case in CASES.items():
        secret = wa.Message.FromString(composed(case)).message_context_info.message_secret
        assert secret == (b"" if case.content.kind in about else SECRET), name


def test_a_quote_carries_neither_secret_nor_what_it_quoted_itself() -> None:
    context = wa.Message.FromString(
        composed(CASES["text_reply_to_own_picture"])
    ).extended_text_message.context_info
    assert context.participant == OWN
    assert context.quoted_message.image_message.caption == "lok"
    assert not context.quoted_message.image_message.HasField("context_info")
    assert not context.quoted_message.HasField("message_context_info")


def test_what_may_be_seen_once_is_not_shown_again_by_a_quote() -> None:
    once = replace(PICTURE, attributes=Attributes(view_once=True))
    case = Case(c.Text("nice"), Attributes("3EB0AAAA01"), Targets(quoted=once))
    context = wa.Message.FromString(composed(case)).extended_text_message.context_info
    assert context.HasField("quoted_message")
    assert context.quoted_message == wa.Message()


def test_a_message_that_was_never_decrypted_is_quoted_by_its_id_alone() -> None:
    torn = replace(TEXT, raw=b"3EB0AAAA01")
    context = wa.Message.FromString(
        composed(Case(c.Text("?"), Attributes("3EB0AAAA01"), Targets(quoted=torn)))
    ).extended_text_message.context_info
    assert (context.stanza_id, context.quoted_message) == ("3EB0AAAA01", wa.Message())
