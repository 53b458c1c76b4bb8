"""What `holdfast send` is asked to send, from its options. Pure but for a vCard's file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from holdfast.client.media import MediaFile
from holdfast.client.outgoing import SendOptions
from holdfast.model import content as c
from holdfast.model.content import Content
from holdfast.model.errors import HoldfastError
from holdfast.model.media import FileKind

_PLACE: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
_SOON: Final = re.compile(r"\+(\d+)([smhd])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class LetterInvalid(HoldfastError):
    """The options do not make one message."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True)
class Letter:
    """The options of `holdfast send` that say what goes out. `text` is its words, of whatever kind it is."""

    text: str | None = None
    file: Path | None = None
    voice: Path | None = None
    sticker: Path | None = None
    as_document: bool = False  #: the file as it is, whatever it shows
    location: str | None = None
    contact: Path | None = None
    poll: Sequence[str] = ()  #: the choices; the text is the question
    selectable: int = 0
    event: str | None = None  #: when it starts; the text is its name
    react: str | None = None
    vote: Sequence[str] | None = None
    edit: bool = False
    delete: bool = False
    message: str | None = None  #: what the last four are about
    reply_to: str | None = None
    mention: Sequence[str] = ()
    forwarded: bool = False
    disappear: str | None = None
    typing: bool = False
    not_before: str | None = None
    expires: str | None = None


def _chosen(it: Letter) -> list[str]:
    """The option that says what goes out, if any. Raises LetterInvalid for more than one."""
    chosen = [
        name
        for name, given in (
            ("--file", it.file is not None),
            ("--voice", it.voice is not None),
            ("--sticker", it.sticker is not None),
            ("--location", it.location is not None),
            ("--contact", it.contact is not None),
            ("--poll", bool(it.poll)),
            ("--event", it.event is not None),
            ("--react", it.react is not None),
            ("--vote", it.vote is not None),
            ("--edit", it.edit),
            ("--delete", it.delete),
        )
        if given
    ]
    if len(chosen) > 1:
        raise LetterInvalid(f"One message has one content, not {' and '.join(chosen)}")
    return chosen


def upload_of(it: Letter) -> tuple[Path, FileKind | None] | None:
    """The file that is to be uploaded first, and what it is to be; None for a message without one.

    Raises LetterInvalid.
    """
    _chosen(it)
    if it.voice is not None:
        return it.voice.expanduser(), FileKind.VOICE
    if it.sticker is not None:
        return it.sticker.expanduser(), FileKind.STICKER
    if it.file is not None:
        return it.file.expanduser(), FileKind.DOCUMENT if it.as_document else None
    return None


def content_of(it: Letter, file: MediaFile | None = None) -> str | Content:
    """The content; `file` is what was uploaded.

    Raises LetterInvalid when the options make none, or more than one.
    """
    chosen = _chosen(it)
    if it.message is not None and chosen and chosen[0] not in _ABOUT:
        raise LetterInvalid(f"--message belongs to {', '.join(sorted(_ABOUT))}", next_step=_REPLY)
    if chosen and chosen[0] in _ABOUT:
        return _about(it)
    if it.message is not None:
        raise LetterInvalid("--message says what a reaction or an edit is about", next_step=_REPLY)
    if file is not None:
        return _with_file(it, file)
    if it.location is not None:
        return _location(it.location, it.text or "")
    if it.contact is not None:
        return _contact(it.contact, it.text or "")
    if it.poll:
        return c.Poll(_words(it, "the question"), tuple(it.poll), it.selectable)
    if it.event is not None:
        return c.CalendarEvent(_words(it, "its name"), int(moment(it.event).timestamp() * 1000))
    return _words(it, "the text")


def _with_file(it: Letter, file: MediaFile) -> Content:
    """What a phone shows best: a picture as one, a sound as one, anything else as a document."""
    if it.voice is not None:
        return c.Voice(media_id=file.media_id)
    if it.sticker is not None:
        return c.Sticker(media_id=file.media_id)
    words, kinds = it.text or "", () if it.as_document else file.kinds
    if FileKind.IMAGE in kinds:
        return c.Image(words, media_id=file.media_id)
    if FileKind.VIDEO in kinds:
        return c.Video(words, media_id=file.media_id)
    if FileKind.AUDIO in kinds and not words:
        return c.Audio(media_id=file.media_id)
    return c.Document(words, media_id=file.media_id)


_ABOUT: Final = frozenset({"--react", "--vote", "--edit", "--delete"})
_REPLY: Final = "To answer a message, name it with --reply-to."


def _about(it: Letter) -> Content:
    if it.message is None:
        raise LetterInvalid("--message names the message that this is about", next_step=_FIND)
    if it.react is not None:
        return c.Reaction(it.message, it.react)
    if it.vote is not None:
        return c.PollVote(it.message, tuple(each for each in it.vote if each))
    return c.Edit(it.message, _words(it, "the new text")) if it.edit else c.Revoke(it.message)


_FIND: Final = "`holdfast events` shows the ids of messages with --json."


def _words(it: Letter, what: str) -> str:
    if it.text is None:
        raise LetterInvalid(f"The last argument is missing: {what}", next_step="`holdfast send --help`.")
    return it.text


def _location(place: str, name: str) -> Content:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise LetterInvalid("--location is LATITUDE,LONGITUDE in degrees", next_step="Like 52.5163,13.3777")
    return c.Location(float(found[1]), float(found[2]), name)


def _contact(file: Path, name: str) -> Content:
    try:
        vcard = file.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise LetterInvalid(f"{file} cannot be read: {getattr(exc, 'strerror', '') or exc}") from None
    written = re.search(r"^FN[^:\n]*:(.+?)\s*$", vcard, re.MULTILINE | re.IGNORECASE)
    return c.Contact(name or (written[1] if written else ""), vcard.strip())


def options_of(it: Letter) -> SendOptions:
    """What stands beside the content. Raises LetterInvalid."""
    options = SendOptions()
    if it.reply_to is not None:
        options["quoted_id"] = it.reply_to
    if it.mention:
        options["mentions"] = list(it.mention)
    if it.forwarded:
        options["forwarded"] = 1
    if it.typing:
        options["typing"] = True
    if it.disappear is not None:
        options["disappearing_s"] = int(_after(it.disappear).total_seconds())
    if it.not_before is not None:
        options["not_before"] = moment(it.not_before)
    if it.expires is not None:
        options["expires_at"] = moment(it.expires)
    return options


def moment(text: str) -> datetime:
    """A time as people write it: `2026-12-24T18:00`, by this machine's clock unless it names a time zone; or
    a while from now, `+90m`. Raises LetterInvalid.
    """
    if text.startswith("+"):
        return datetime.now(UTC) + _after(text.removeprefix("+"))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise LetterInvalid(f"{text!r} is no time", next_step=_A_TIME) from None
    return at if at.tzinfo else at.astimezone()


_A_TIME: Final = "Write it like 2026-12-24T18:00, or +90m for in 90 minutes (s, m, h, d)."


def _after(text: str) -> timedelta:
    found = _SOON.fullmatch(f"+{text}")
    if found is None:
        raise LetterInvalid(f"{text!r} is no span of time", next_step="Write it like 30s, 90m, 24h, 7d.")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
