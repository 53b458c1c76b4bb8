"""What people see of this side, and what is seen of them. Best effort: WhatsApp confirms none of it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from holdfast.engine import Activity, Acts
from holdfast.kit.clock import Clock, now_ms
from holdfast.messages import Direction, Message, MessageReader
from holdfast.model.address import is_group, parse_recipient
from holdfast.model.errors import RecipientInvalid, RequestInvalid, UnknownMessage
from holdfast.model.seams import SessionRef
from holdfast.people.presences import ITSELF, Presences

MOST_MESSAGES: Final = 500


class Activities:
    """Shows what a session's number does. Raises NotConnected, EngineUnreachable, WhatsAppForbidden."""

    def __init__(
        self, acts: Acts, messages: MessageReader, presences: Presences, clock: Clock = now_ms
    ) -> None:
        self._do, self._messages, self._presences, self._clock = acts, messages, presences, clock

    async def presence(self, session: SessionRef, *, available: bool) -> None:
        """Be seen online, or not, from now on; over connections and restarts."""
        await self._do.show_presence(session.session_id, available=available)
        change = self._presences.keep if available else self._presences.drop
        await change(session.session_id, session.phone or "", ITSELF)

    async def show(self, session: SessionRef, chat: str, activity: Activity) -> None:
        """Show in a chat that this side types, records, or stopped; WhatsApp forgets it after some 25 s."""
        await self._do.show_activity(session.session_id, _chat(chat), activity)

    async def watch(self, session: SessionRef, person: str) -> None:
        """Hear, by notices, when a person comes online, leaves or types; over connections and restarts."""
        jid = _chat(person)
        await self._do.watch_presence(session.session_id, jid)
        await self._presences.keep(session.session_id, session.phone or "", jid)

    async def unwatch(self, session: SessionRef, person: str) -> None:
        """Watch a person no more from the next connection on."""
        await self._presences.drop(session.session_id, session.phone or "", _chat(person))

    async def ask_older(self, session: SessionRef, before: Message, count: int) -> None:
        """Ask the session's own phone for what was said before a message. It need not have any of it."""
        await self._do.ask_older(
            session.session_id,
            before.chat,
            before.message_id,
            from_me=before.from_me,
            timestamp_ms=before.timestamp_ms,
            count=count,
        )

    async def read(self, session: SessionRef, message_ids: Sequence[str]) -> int:
        """Tell the senders that these received messages were read. How many were named: sent ones need none.

        Raises UnknownMessage when the session has received no such message; then nobody is told.
        """
        wanted = list(dict.fromkeys(message_ids))
        if not 0 < len(wanted) <= MOST_MESSAGES:
            raise RequestInvalid(f"Name between 1 and {MOST_MESSAGES} messages")
        by_sender: dict[tuple[str, str], list[str]] = defaultdict(list)
        for message_id in wanted:
            message = await self._messages.get(session.session_id, message_id)
            if message.direction is Direction.IN and not message.from_me:
                by_sender[message.chat, message.sender].append(message_id)
        if not by_sender:
            raise UnknownMessage
        for (chat, sender), ids in by_sender.items():
            who = sender if is_group(chat) else ""
            await self._do.mark_read(session.session_id, chat, who, ids, self._clock())
        return sum(map(len, by_sender.values()))


def _chat(text: str) -> str:
    jid = parse_recipient(text)
    if jid is None:
        raise RecipientInvalid
    return jid
