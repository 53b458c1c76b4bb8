"""What the engine says becomes values: refusals with WhatsApp's number, and no delivery that nobody keeps."""

from pathlib import Path

import pytest
from google.protobuf import text_format

from holdfast.engine import facts, translate
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model.content import Untranslatable, Voice
from holdfast.model.errors import EngineOutdated, RateLimited, SendRejected, WhatsAppForbidden
from holdfast.model.media import FileOfMessage, RemoteFile
from holdfast.model.messages import InboundMessage
from holdfast.model.notices import GroupChanged, InboundNotice, OtherNotice

GOLDEN = Path(__file__).parents[3] / "proto" / "golden"


def refusal(**fields: object) -> pb.Error:
    return pb.Error(code=pb.REJECTED, **fields)  # type: ignore[arg-type]


def test_whatsapps_number_is_a_field_and_words_decide_nothing() -> None:
    refused = translate.error(refusal(message="429 in a sentence", whatsapp_code=479), sending=True)
    assert isinstance(refused, SendRejected)
    assert refused.reason == "479"


def test_a_group_of_others_is_told_as_what_it_is() -> None:
    refused = translate.error(refusal(message="403 forbidden", whatsapp_code=403), sending=True)
    assert isinstance(refused, WhatsAppForbidden)
    assert "Be a member" in refused.next_step


@pytest.mark.parametrize(("asked_ms", "waited_s"), [(0, 60.0), (30_000, 30.0)])
def test_patience_is_as_long_as_whatsapp_says(asked_ms: int, waited_s: float) -> None:
    for sending in (True, False):
        limited = translate.error(refusal(whatsapp_code=429, retry_after_ms=asked_ms), sending=sending)
        assert isinstance(limited, RateLimited)
        assert limited.retry_after_s == waited_s


def test_a_refusal_of_an_engine_that_gives_no_number_is_not_final() -> None:
    assert isinstance(translate.error(refusal(message="479"), sending=True), RateLimited)


def test_what_an_older_engine_does_not_know_says_what_to_do() -> None:
    it = pb.Error(code=pb.UNKNOWN_COMMAND, message="this engine does not know the act")
    refused = translate.error(it)
    assert isinstance(refused, EngineOutdated)
    assert refused.message == "The running engine is older than the gateway and cannot do this"
    assert "holdfast down" in refused.next_step


def test_a_kind_of_delivery_that_is_newer_is_kept_with_its_bytes_and_known_again() -> None:
    newer = pb.Delivery(session_id="s1", epoch=3, delivery_id=7)
    newer.MergeFromString(b"\xfa\x06\x05hello")  # field 111, which this version does not have
    first = translate.delivery(newer)
    newer.delivery_id, newer.epoch = 1, 4  # after another engine's start
    second = translate.delivery(newer)
    assert isinstance(first, InboundMessage)
    assert isinstance(first.content, Untranslatable)
    assert first.raw.endswith(b"hello")
    assert (first.delivery_id, first.session_id) == (7, "s1")
    assert isinstance(second, InboundMessage)
    assert second.message_id == first.message_id


def test_a_notice_says_what_changed_and_nothing_else() -> None:
    it = pb.Notice(notice_id="N1", chat="1@g.us", raw=b"{}", group_changed=pb.GroupChanged(subject=""))
    notice = translate.delivery(pb.Delivery(delivery_id=1, session_id="s1", notice=it))
    assert isinstance(notice, InboundNotice)
    assert notice.notice == GroupChanged(subject="")
    it.ClearField("group_changed")
    newer = translate.delivery(pb.Delivery(delivery_id=1, session_id="s1", notice=it))
    assert isinstance(newer, InboundNotice)
    assert newer.notice == OtherNotice("", "{}")


def test_a_clock_that_was_not_measured_is_not_zero() -> None:
    def heard(it: pb.Connected) -> facts.Happening:
        fact = translate.fact(pb.SessionFact(session_id="s1", sequence=9, connected=it))
        assert fact is not None
        assert fact.sequence == 9
        return fact.happened

    assert heard(pb.Connected()) == facts.Connected(None)
    assert heard(pb.Connected(server_ahead_ms=0)) == facts.Connected(0)
    assert heard(pb.Connected(server_ahead_ms=-5_000)) == facts.Connected(-5_000)


def test_a_message_names_its_file_and_what_is_seen_of_it_before_it_is_fetched() -> None:
    up = text_format.Parse((GOLDEN / "up_deliveries_media_2.txtpb").read_text(), pb.Up())
    message = translate.delivery(up.deliveries[0])
    assert isinstance(message, InboundMessage)
    assert message.content == Voice(
        mimetype="audio/ogg; codecs=opus", size_bytes=4711, duration_s=3, width=640, height=480
    )
    remote = RemoteFile(
        "/v/t62.7117-24/there?ccb=1",
        b"0123456789abcdef0123456789abcdef",
        b"abcdef0123456789abcdef0123456789",
        b"fedcba9876543210fedcba9876543210",
        4711,
    )
    assert message.file == FileOfMessage(remote, b"\xff\xd8\xff", b"\x00\x01\x64")
