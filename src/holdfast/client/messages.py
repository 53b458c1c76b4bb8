"""What can be put into a chat, one method per kind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, Unpack

from holdfast.client.media import Media, SendableFile
from holdfast.client.outgoing import SendOptions
from holdfast.client.types import Sent
from holdfast.model import content as c
from holdfast.model.content import Content
from holdfast.model.media import FileKind


class Send(Protocol):
    """Sends any content: `Client.send`."""

    async def __call__(
        self,
        session: str,
        to: str,
        content: str | Content,
        *,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """See `Client.send`."""
        ...


class Messages:
    """Sends each kind of message. All raise what `Client.send` raises, and take its options.

    Every method returns when the gateway has committed the message. `chat` and `message_id` name a message
    as an event does. A `file` is one that the gateway has (`MediaFile`, or its id), or a path or bytes, which
    are uploaded; then what `Media.upload` raises may be raised too.
    """

    def __init__(self, send: Send, media: Media) -> None:
        self._send, self._media = send, media

    async def image(
        self,
        session: str,
        to: str,
        file: SendableFile,
        *,
        text: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A picture: JPEG, PNG or WebP."""
        media_id = await self._media.id_of(file, FileKind.IMAGE)
        return await self._send(session, to, c.Image(text, media_id=media_id), **options)

    async def video(
        self,
        session: str,
        to: str,
        file: SendableFile,
        *,
        text: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A film: MP4."""
        media_id = await self._media.id_of(file, FileKind.VIDEO)
        return await self._send(session, to, c.Video(text, media_id=media_id), **options)

    async def audio(
        self,
        session: str,
        to: str,
        file: SendableFile,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A sound file."""
        media_id = await self._media.id_of(file, FileKind.AUDIO)
        return await self._send(session, to, c.Audio(media_id=media_id), **options)

    async def voice(
        self,
        session: str,
        to: str,
        file: SendableFile,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A voice note. A path or bytes of any sound are made one, where the gateway has ffmpeg."""
        media_id = await self._media.id_of(file, FileKind.VOICE)
        return await self._send(session, to, c.Voice(media_id=media_id), **options)

    async def document(
        self,
        session: str,
        to: str,
        file: SendableFile,
        *,
        text: str = "",
        file_name: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """Any file."""
        media_id = await self._media.id_of(file, FileKind.DOCUMENT)
        return await self._send(
            session, to, c.Document(text, media_id=media_id, file_name=file_name), **options
        )

    async def sticker(
        self,
        session: str,
        to: str,
        file: SendableFile,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A sticker. A path or bytes of any picture are made one."""
        media_id = await self._media.id_of(file, FileKind.STICKER)
        return await self._send(session, to, c.Sticker(media_id=media_id), **options)

    async def location(
        self,
        session: str,
        to: str,
        latitude: float,
        longitude: float,
        *,
        name: str = "",
        address: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A place on the map. Degrees, WGS 84."""
        return await self._send(session, to, c.Location(latitude, longitude, name, address), **options)

    async def live_location(
        self,
        session: str,
        to: str,
        latitude: float,
        longitude: float,
        *,
        text: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """The first position of something that moves."""
        return await self._send(session, to, c.LiveLocation(latitude, longitude, text), **options)

    async def contact(
        self, session: str, to: str, display_name: str, vcard: str, **options: Unpack[SendOptions]
    ) -> Sent:
        """A contact card, or several one after the other in `vcard`."""
        return await self._send(session, to, c.Contact(display_name, vcard), **options)

    async def poll(
        self,
        session: str,
        to: str,
        question: str,
        choices: Sequence[str],
        *,
        selectable: int = 0,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """A question with 2 to 12 choices, of which `selectable` may be taken (0: any number)."""
        return await self._send(session, to, c.Poll(question, tuple(choices), selectable), **options)

    async def vote(self, session: str, chat: str, message_id: str, choices: Sequence[str]) -> Sent:
        """Choose in a poll, instead of what was chosen before; nothing takes the vote back."""
        return await self._send(session, chat, c.PollVote(message_id, tuple(choices)))

    async def react(self, session: str, chat: str, message_id: str, emoji: str) -> Sent:
        """React to a message with one emoji; an empty one takes the reaction back."""
        return await self._send(session, chat, c.Reaction(message_id, emoji))

    async def edit(self, session: str, chat: str, message_id: str, text: str) -> Sent:
        """Give a message of the session's number another text or caption, within 15 minutes."""
        return await self._send(session, chat, c.Edit(message_id, text))

    async def delete(self, session: str, chat: str, message_id: str) -> Sent:
        """Delete a message for everyone, within 60 hours: one of the number, or as a group's admin any."""
        return await self._send(session, chat, c.Revoke(message_id))

    async def invite(
        self,
        session: str,
        to: str,
        group: str,
        code: str,
        *,
        name: str = "",
        text: str = "",
        expires: datetime | None = None,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """Invite somebody to a group by its code; `name` is its subject."""
        invite = c.GroupInvite(group, code, name, text, None if expires is None else _ms(expires))
        return await self._send(session, to, invite, **options)

    async def event(
        self,
        session: str,
        to: str,
        name: str,
        start: datetime,
        *,
        end: datetime | None = None,
        description: str = "",
        place: str = "",
        **options: Unpack[SendOptions],
    ) -> Sent:
        """An appointment. Whoever needs more of it sends a `CalendarEvent`."""
        event = c.CalendarEvent(
            name, _ms(start), None if end is None else _ms(end), description=description, place=place
        )
        return await self._send(session, to, event, **options)


def _ms(at: datetime) -> int:
    """Milliseconds since 1970. Raises ValueError for a time without a time zone."""
    if at.tzinfo is None:
        raise ValueError("the time has no time zone")
    return int(at.timestamp() * 1000)
