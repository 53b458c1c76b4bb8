"""What `holdfast send` makes of its options, and what it says of those that make no message."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast.cli.letter import Letter, LetterInvalid, content_of, moment, options_of, upload_of
from holdfast.client import MediaFile
from holdfast.model import content as c
from holdfast.model.content import Content


@pytest.mark.parametrize(
    ("letter", "content"),
    [
        (Letter("hi"), "hi"),
        (Letter("", reply_to="M1"), ""),
        (Letter(location="52.5163,13.3777"), c.Location(52.5163, 13.3777)),
        (Letter("Gate", location=" -52.5 , -13 "), c.Location(-52.5, -13.0, "Gate")),
        (Letter("When?", poll=["now", "later"], selectable=1), c.Poll("When?", ("now", "later"), 1)),
        (Letter("Tea", event="2026-12-24T18:00Z"), c.CalendarEvent("Tea", 1_798_135_200_000)),
        (Letter(react="👍", message="M1"), c.Reaction("M1", "👍")),
        (Letter(react="", message="M1"), c.Reaction("M1", "")),
        (Letter(vote=["now"], message="M1"), c.PollVote("M1", ("now",))),
        (Letter(vote=[""], message="M1"), c.PollVote("M1")),
        (Letter("better", edit=True, message="M1"), c.Edit("M1", "better")),
        (Letter(delete=True, message="M1"), c.Revoke("M1")),
    ],
)
def test_what_is_sent(letter: Letter, content: str | Content) -> None:
    assert content_of(letter) == content


def stored(*kinds: str) -> MediaFile:
    """A file that the gateway has."""
    return MediaFile("med_1", "00", 9, "x/y", "a.x", 0, 0, 0, True, kinds)


FILE = Path("a.x")


@pytest.mark.parametrize(
    ("letter", "kinds", "kind", "content"),
    [
        (Letter(file=FILE), ("image", "document"), None, c.Image(media_id="med_1")),
        (Letter("look", file=FILE), ("video", "document"), None, c.Video("look", media_id="med_1")),
        (Letter(file=FILE), ("audio", "document"), None, c.Audio(media_id="med_1")),
        (Letter("words", file=FILE), ("audio", "document"), None, c.Document("words", media_id="med_1")),
        (Letter(file=FILE), ("document",), None, c.Document(media_id="med_1")),
        (Letter(file=FILE, as_document=True), ("image",), "document", c.Document(media_id="med_1")),
        (Letter(voice=FILE), ("voice",), "voice", c.Voice(media_id="med_1")),
        (Letter(sticker=FILE), ("sticker",), "sticker", c.Sticker(media_id="med_1")),
    ],
)
def test_a_file_is_sent_as_what_a_phone_shows_best(
    letter: Letter, kinds: tuple[str, ...], kind: str | None, content: Content
) -> None:
    assert upload_of(letter) == (FILE, kind)
    assert content_of(letter, stored(*kinds)) == content


def test_two_files_make_no_message() -> None:
    with pytest.raises(LetterInvalid, match="--file and --voice"):
        upload_of(Letter(file=FILE, voice=FILE))


def test_a_contact_is_named_by_its_card_unless_told_otherwise(tmp_path: Path) -> None:
    card = tmp_path / "ann.vcf"
    card.write_text("BEGIN:VCARD\nVERSION:3.0\nFN;CHARSET=utf-8:Ann Ä\nEND:VCARD\n")
    vcard = card.read_text().strip()
    assert content_of(Letter(contact=card)) == c.Contact("Ann Ä", vcard)
    assert content_of(Letter("My Ann", contact=card)) == c.Contact("My Ann", vcard)


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        (Letter(), "the text"),
        (Letter(poll=["a", "b"]), "the question"),
        (Letter(edit=True, message="M1"), "the new text"),
        (Letter("x", location="1,2", poll=["a", "b"]), "--location and --poll"),
        (Letter(location="here"), "LATITUDE,LONGITUDE"),
        (Letter(contact=Path("/nowhere/ann.vcf")), "cannot be read"),
        (Letter(react="👍"), "--message names"),
        (Letter("x", message="M1"), "--message says"),
        (Letter(location="1,2", message="M1"), "--message belongs to"),
        (Letter("x", not_before="tomorrow"), "no time"),
        (Letter("x", expires="+3x"), "no span of time"),
        (Letter("x", disappear="soon"), "no span of time"),
    ],
)
def test_what_is_refused_in_one_line_with_a_next_step(letter: Letter, said: str) -> None:
    with pytest.raises(LetterInvalid) as refused:
        _ = content_of(letter), options_of(letter)
    assert said in refused.value.message
    assert refused.value.next_step


def test_what_stands_beside_it() -> None:
    letter = Letter(
        "x", reply_to="M1", mention=["+49"], forwarded=True, disappear="7d", expires="2026-12-24T18:00+01:00"
    )
    options = options_of(letter)
    assert options.pop("expires_at") == datetime(2026, 12, 24, 17, tzinfo=UTC)
    assert options == {"quoted_id": "M1", "mentions": ["+49"], "forwarded": 1, "disappearing_s": 604_800}


def test_times_are_those_of_this_machine_or_a_while_from_now() -> None:
    assert moment("2026-12-24T18:00").utcoffset() is not None
    before = datetime.now(UTC)
    assert timedelta(minutes=90) <= moment("+90m") - before < timedelta(minutes=91)
