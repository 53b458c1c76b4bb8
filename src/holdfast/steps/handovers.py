"""Chats that a human has taken over from the bots, and gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from holdfast.journal import Draft, Journal
from holdfast.kit.clock import Clock
from holdfast.model.events import ChatHandover
from holdfast.model.seams import SessionRef
from holdfast.steps import statements
from holdfast.steps.reminders import Reminders
from holdfast.steps.step import ChatRef, HandOver
from holdfast.store import ReadUnit, Store, WriteUnit, aliases


@dataclass(frozen=True, slots=True)
class HeldChat:
    """A chat that is with a human."""

    chat: str
    by: str
    note: str = field(repr=False)
    since_ms: int
    until_ms: int | None


class Handovers:
    """Who has which chat: the bots, unless a human took it."""

    def __init__(self, store: Store, journal: Journal, reminders: Reminders, clock: Clock) -> None:
        self._store, self._journal, self._reminders, self._clock = store, journal, reminders, clock

    async def list(self, session: SessionRef) -> Sequence[HeldChat]:
        """Every chat of a session's number that is with a human. Raises StoreUnavailable."""

        def look(unit: ReadUnit) -> list[HeldChat]:
            rows = unit.all(
                statements.HANDOVERS_OF,
                session_id=session.session_id,
                phone=session.phone,
                now_ms=self._clock(),
            )
            return [HeldChat(*row) for row in rows]

        return await self._store.read(look)

    async def take_over(self, at: ChatRef, by: str, wanted: HandOver) -> None:
        """A human has this chat from now on. Again: with another note or time. Raises StoreUnavailable."""
        await self._store.write(partial(self.take, at=at, by=by, wanted=wanted))

    async def give_back(self, at: ChatRef, by: str) -> None:
        """The bots have it again; nothing happens when they have. Raises StoreUnavailable."""

        def back(unit: WriteUnit) -> None:
            session = at.session
            gone = [
                unit.run(statements.HAND_BACK, session_id=session.session_id, phone=session.phone, chat=name)
                for name in aliases.names(unit, session.session_id, at.chat)
            ]
            if any(gone):
                chat = aliases.canonical(unit, session.session_id, at.chat)
                self._tell(unit, session, ChatHandover(chat, active=False, by=by))

        await self._store.write(back)

    def take(self, unit: WriteUnit, at: ChatRef, by: str, wanted: HandOver) -> None:
        """The same as `take_over`, inside of a unit of work."""
        session = at.session
        chat = aliases.canonical(unit, session.session_id, at.chat)
        unit.run(
            statements.HAND_OVER,
            session_id=session.session_id,
            phone=session.phone,
            chat=chat,
            tenant_id=session.tenant_id,
            by_whom=by,
            note=wanted.note,
            since_ms=self._clock(),
            until_ms=wanted.until_ms,
        )
        self._tell(
            unit, session, ChatHandover(chat, active=True, by=by, note=wanted.note, until_ms=wanted.until_ms)
        )
        self._reminders.wake(unit, wanted.until_ms)

    def _tell(self, unit: WriteUnit, session: SessionRef, data: ChatHandover) -> None:
        self._journal.append_many(unit, [Draft(session.session_id, session.tenant_id, data)])
