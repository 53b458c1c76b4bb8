"""Is a number on WhatsApp, and where? Asked before the first message to somebody who has never written.

WhatsApp writes some numbers otherwise than people do (Brazil's ninth digit, Mexico's and Argentina's extra
digit) and drops what is sent to the spelling that people use. It is asked, never guessed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from holdfast.engine import Registered
from holdfast.kit import logging
from holdfast.kit.clock import Clock
from holdfast.model.address import bare_user, is_pn
from holdfast.model.errors import HoldfastError, NotOnWhatsApp
from holdfast.model.ids import SessionId

log = logging.get("outbox")

#: How long an answer is believed. Who is not there may join; who is there rarely leaves.
_THERE_MS: Final = 86_400_000
_NOT_THERE_MS: Final = 600_000
#: Where WhatsApp does not answer, the message goes out as it was addressed.
_WITHIN_S: Final = 10.0
_MOST: Final = 20_000


class Asks(Protocol):
    """Asks WhatsApp. The engine's questions fill this seam."""

    async def on_whatsapp(self, session_id: str, phones: Sequence[str]) -> Sequence[Registered]:
        """Which numbers are on WhatsApp, in their order."""
        ...


class Numbers:
    """Where numbers are. Answers are kept in memory for a time; `moves` notes one that differs."""

    def __init__(
        self, asks: Asks, moves: Callable[[SessionId, str, str], Awaitable[None]], clock: Clock
    ) -> None:
        self._asks, self._moves, self._clock = asks, moves, clock
        #: Until when an answer holds, and the JID; None: not on WhatsApp.
        self._known: dict[tuple[SessionId, str], tuple[int, str | None]] = {}

    async def where(self, session_id: SessionId, jid: str) -> str:
        """The JID to which a message to this one goes.

        Raises NotOnWhatsApp when WhatsApp says that nobody has this number, and StoreUnavailable when it
        names another JID that could not be noted: nothing may be sent to it yet.
        """
        if not is_pn(jid):
            return jid
        until_ms, found = self._known.get((session_id, jid), (0, jid))
        if until_ms <= self._clock():
            found = await self._ask(session_id, jid)
        if found is None:
            raise NotOnWhatsApp
        return found

    async def _ask(self, session_id: SessionId, jid: str) -> str | None:
        number = bare_user(jid.partition("@")[0])
        try:
            async with asyncio.timeout(_WITHIN_S):
                (answer,) = await self._asks.on_whatsapp(session_id, [number])
        except (HoldfastError, TimeoutError) as exc:
            log.info("outbox.number_not_looked_up", session_id=session_id, error=type(exc).__name__)
            return jid
        found = (answer.jid if is_pn(answer.jid) else jid) if answer.registered else None
        if found is not None and found != jid:
            await self._moves(session_id, jid, found)
        if len(self._known) >= _MOST:
            self._known.clear()
        until_ms = self._clock() + (_NOT_THERE_MS if found is None else _THERE_MS)
        self._known[session_id, jid] = self._known[session_id, found or jid] = (until_ms, found)
        return found
