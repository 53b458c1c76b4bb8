"""Takes over what phones offer of before the link, piece by piece, beside everything else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from holdfast.chats import history, statements
from holdfast.engine import History
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import (
    EngineUnreachable,
    HoldfastError,
    NotConnected,
    NotOpen,
    RateLimited,
    StoreUnavailable,
)
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.messages import InboundMessage
from holdfast.store import Store, WriteUnit, aliases

log = logging.get("chats")

#: Between two pieces: messages that come are written in between.
_PAUSE_S: Final = 0.05
_AGAIN_S: Final = 60.0
#: An offer that cannot be opened so often is given up: phones keep what they offer for some days only.
_ATTEMPTS: Final = 10
#: What passes by itself.
_LATER: Final = (NotConnected, NotOpen, EngineUnreachable, RateLimited, StoreUnavailable)


class Asks(Protocol):
    """Opens what was offered. The engine's questions fill this seam."""

    async def history(self, session_id: str, offer: bytes, start: int) -> History:
        """A piece of it, from a place on."""
        ...


@dataclass(frozen=True, slots=True)
class _Offer:
    session_id: SessionId
    notice_id: str
    offer: bytes = field(repr=False)
    place: int

    @property
    def key(self) -> dict[str, object]:
        """What names it in the database."""
        return {"session_id": self.session_id, "notice_id": self.notice_id}


class Importer:
    """Takes over history for every session. Killed anywhere, it goes on with the next piece."""

    def __init__(
        self,
        store: Store,
        asks: Asks,
        names_learned: Callable[[WriteUnit, SessionId, str, str], None],
        clock: Clock = now_ms,
    ) -> None:
        self._store, self._asks, self._names_learned, self._clock = store, asks, names_learned, clock
        self._up: set[SessionId] = set()
        self._news = asyncio.Event()

    def session_up(self, session_id: SessionId) -> None:
        """The session can be asked."""
        self._up.add(session_id)
        self._news.set()

    def session_down(self, session_id: SessionId) -> None:
        """It cannot."""
        self._up.discard(session_id)

    def offered(self) -> None:
        """A phone has offered something."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._news.clear()
            for session_id in await self._offering():
                try:
                    await self._take(session_id)
                except StoreUnavailable as exc:
                    log.warning("chats.history_waits", session_id=session_id, error=str(exc))
                except Exception:
                    log.exception("chats.history_failed", session_id=session_id)
            try:
                async with asyncio.timeout(_AGAIN_S):
                    await self._news.wait()
                    await asyncio.sleep(_PAUSE_S)  # sessions come up in crowds
            except TimeoutError:
                pass

    async def _offering(self) -> list[SessionId]:
        """The sessions that can be asked for something: one look for all of them, however many there are."""
        try:
            rows = await self._store.read(lambda unit: unit.all(statements.OFFERING))
        except StoreUnavailable as exc:
            log.warning("chats.history_waits", error=str(exc))
            return []
        except Exception:
            log.exception("chats.history_failed")
            return []
        return [SessionId(row[0]) for row in rows if row[0] in self._up]

    async def _take(self, session_id: SessionId) -> None:
        """Everything that a session's phone has offered."""
        found = await self._store.read(lambda unit: unit.all(statements.OFFERS, session_id=session_id))
        for notice_id, offer, place in found:
            if not await self._take_one(_Offer(session_id, notice_id, bytes(offer), int(place))):
                return

    async def _take_one(self, offer: _Offer) -> bool:
        """One offer to its end; False when the session is to be asked later."""
        place = offer.place
        while True:
            try:
                piece = await self._asks.history(offer.session_id, offer.offer, place)
            except _LATER:
                return False
            except HoldfastError as exc:
                log.warning("chats.history_refused", session_id=offer.session_id, error=exc.message)
                await self._store.write(partial(_failed, offer=offer))
                return True
            if not await self._store.write(partial(self._keep, offer=offer, start=place, piece=piece)):
                return True
            killpoint.pass_("history_committed")
            if not piece.next:
                log.info("chats.history_taken", session_id=offer.session_id)
                return True
            place = piece.next
            await asyncio.sleep(_PAUSE_S)

    def _keep(self, unit: WriteUnit, offer: _Offer, start: int, piece: History) -> bool:
        """Store a piece; False when the offer is over, or somebody was faster."""
        tenant_id = unit.scalar(statements.TENANT, session_id=offer.session_id)
        here = unit.scalar(statements.OFFER_PLACE, **offer.key)
        if tenant_id is None or here != start:
            unit.run(statements.DROP_OFFER, **offer.key, attempts=0 if tenant_id is None else _ATTEMPTS)
            return False
        for message in piece.messages:
            self._learn(unit, message)
        for chat in piece.chats:
            self._pair(unit, offer.session_id, chat.chat, chat.chat_alt)
        history.keep(unit, offer.session_id, TenantId(tenant_id), piece, self._clock())
        if piece.next:
            unit.run(statements.OFFER_TAKEN, **offer.key, place=piece.next)
        else:
            unit.run(statements.DROP_OFFER, **offer.key, attempts=0)
        return True

    def _learn(self, unit: WriteUnit, message: InboundMessage) -> None:
        self._pair(unit, message.session_id, message.chat, message.chat_alt)
        self._pair(unit, message.session_id, message.sender, message.sender_alt)

    def _pair(self, unit: WriteUnit, session_id: SessionId, one: str, other: str) -> None:
        pair = aliases.learn(unit, session_id, one, other)
        if pair is not None:
            self._names_learned(unit, session_id, *pair)


def _failed(unit: WriteUnit, offer: _Offer) -> None:
    unit.run(statements.OFFER_FAILED, **offer.key)
    unit.run(statements.DROP_OFFER, **offer.key, attempts=_ATTEMPTS)
