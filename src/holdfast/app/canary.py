"""The canary: each number sends itself a message now and then; when WhatsApp does not take it, that is told.

Off by default: the messages stand in the phone's chat with itself.
"""

import asyncio
from typing import Final

from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.messages import Message, MessageReader
from holdfast.model.content import Text
from holdfast.model.errors import HoldfastError
from holdfast.model.events import SendStatus
from holdfast.model.ids import SessionId
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, SendRequest
from holdfast.sessions import Supervisor

log = logging.get("app")

TEXT: Final = "Holdfast looks whether this number can send. Nothing to do."
ANSWERS_WITHIN_S: Final = 60.0
#: After a start everything that waits goes first.
_LEAST_PAUSE_S: Final = 1.0


class Canary:
    """Sends canaries for every session that is up, spread evenly over the time between two of one number."""

    def __init__(
        self,
        outbox: Outbox,
        messages: MessageReader,
        supervisor: Supervisor,
        *,
        every_s: float,
        clock: Clock = now_ms,
    ) -> None:
        self._outbox, self._messages, self._supervisor = outbox, messages, supervisor
        self._every_s, self._clock = every_s, clock

    async def run(self) -> None:
        """Until it is cancelled; with `every_s` 0 not at all."""
        if not self._every_s:
            return
        async with asyncio.TaskGroup() as tasks:
            while True:
                up = [it.id for it in self._supervisor.roster.index if it.session.state.up]
                for session_id in up:
                    await asyncio.sleep(max(self._every_s / len(up), _LEAST_PAUSE_S))
                    tasks.create_task(self._contained(session_id))
                if not up:
                    await asyncio.sleep(self._every_s)

    async def _contained(self, session_id: SessionId) -> None:
        """One number's canary ends nobody else's."""
        try:
            await self.fly(session_id)
        except HoldfastError as exc:
            log.debug("canary.not_sent", session_id=session_id, error=str(exc))
        except Exception as exc:
            log.error("canary.failed", session_id=session_id, exc_info=exc)

    async def fly(self, session_id: SessionId, within_s: float = ANSWERS_WITHIN_S) -> None:
        """Send one, and tell whether it was taken in time.

        Raises StoreUnavailable, and what the outbox refuses.
        """
        session = self._session(session_id)
        if session is None:
            return
        expires_ms = self._clock() + round(2 * within_s * 1000)
        request = SendRequest(session, f"+{session.phone}", Text(TEXT), expires_at_ms=expires_ms)
        (sent,) = await self._outbox.accept_many([request])
        if isinstance(sent, HoldfastError):
            raise sent
        taken = await self._is_taken(sent, within_s)
        # What is down tells so by its state.
        if self._session(session_id) is not None:
            self._supervisor.watching.canary(session_id, None if taken else round(within_s))

    async def _is_taken(self, sent: Message, within_s: float) -> bool:
        loop, pause_s = asyncio.get_running_loop(), 0.05
        until = loop.time() + within_s
        while True:
            outgoing = (await self._messages.get(sent.session_id, sent.message_id)).outgoing
            if outgoing is None or outgoing.status is not SendStatus.QUEUED:
                return outgoing is None or outgoing.status is not SendStatus.FAILED
            left_s = until - loop.time()
            if left_s <= 0:
                return False
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(2 * pause_s, 5.0)

    def _session(self, session_id: SessionId) -> SessionRef | None:
        runtime = self._supervisor.roster.index.get(session_id)
        if runtime is None or not runtime.session.state.up:
            return None
        record = runtime.record
        return self._supervisor.roster.index.resolve(record.tenant_id, session_id)
