"""One attempt: hand a message to the engine, and decide what follows. Never raises."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import HoldfastError, SendOutcomeUnknown
from holdfast.model.messages import SendAck
from holdfast.model.seams import Sender
from holdfast.outbox.policy import Fail, RetryPolicy
from holdfast.outbox.progress import Failed, Result, Retried, Sent
from holdfast.outbox.queued import Queued

_log = logging.get("outbox")

#: The engine ends a connection that does not acknowledge a message within 30 s and says so. One that says
#: nothing for so long has lost the message: it is sent again under the same id.
_ANSWERED_WITHIN_S: Final = 120.0
#: "Typing…" is never waited for.
_SHOWN_WITHIN_S: Final = 2.0


class Attempts:
    """Attempts of every session."""

    def __init__(
        self,
        sender: Sender,
        *,
        clock: Clock = now_ms,
        policy: RetryPolicy | None = None,
        roll: Callable[[], float] = random.random,
        answered_within_s: float = _ANSWERED_WITHIN_S,
    ) -> None:
        self._sender = sender
        self._clock, self._policy, self._roll = clock, policy or RetryPolicy(), roll
        self._answered_within_s = answered_within_s

    async def send(self, row: Queued, fruitless: int) -> Result:
        """What became of one attempt."""
        attempt = row.attempts + 1
        try:
            ack = await self._acknowledged(row)
        except Exception as exc:
            return self._failed(row, attempt, exc, fruitless)
        killpoint.pass_("ack_unstored")
        return Sent(replace(row, attempts=attempt), ack)

    async def _acknowledged(self, row: Queued) -> SendAck:
        """Raises what the seam raises, and SendOutcomeUnknown when the engine says nothing at all."""
        sending = asyncio.ensure_future(
            self._sender.send(row.session_id, row.message_id, row.to_jid, row.message)
        )
        # Not cancelled when nobody waits any more: a send must not be, in the middle.
        done, _ = await asyncio.wait([sending], timeout=self._answered_within_s)
        if not done:
            sending.add_done_callback(_nobody_waits)
            _log.error("outbox.unanswered", session_id=row.session_id, message_id=row.message_id)
            raise SendOutcomeUnknown("The engine did not say what became of the message")
        return sending.result()

    def _failed(self, row: Queued, attempt: int, exc: Exception, fruitless: int) -> Result:
        decision = self._policy.decide(exc, attempt, self._roll(), fruitless=fruitless)
        self._log_attempt(row, exc, decision)
        if isinstance(decision, Fail):
            return Failed(replace(row, attempts=attempt), decision)
        tried_at_ms = self._clock()
        code, detail = "internal_error", type(exc).__name__
        if isinstance(exc, HoldfastError):
            code, detail = exc.code, exc.message
        return Retried(
            replace(
                row,
                attempts=attempt if decision.attempted else row.attempts,
                tried_at_ms=tried_at_ms,
                next_at_ms=tried_at_ms + int(decision.delay_s * 1000),
                error_code=code,
                error_detail=detail,
                uncertain=row.uncertain or decision.uncertain,
            )
        )

    def _log_attempt(self, row: Queued, exc: Exception, decision: object) -> None:
        facts = {"session_id": row.session_id, "message_id": row.message_id, "error": type(exc).__name__}
        if isinstance(decision, Fail):
            _log.warning("outbox.message_failed", code=decision.code, **facts)
        elif not isinstance(exc, HoldfastError):
            _log.error("outbox.attempt_crashed", exc_info=exc, **facts)
        elif row.attempts == 0 and row.error_code is None:
            _log.info("outbox.attempt_failed", **facts)

    async def show_typing(self, row: Queued) -> None:
        """Show "typing…" in the message's chat, if that works; returns when a person would have typed it."""
        over = asyncio.get_running_loop().time() + row.typing_ms / 1000
        with suppress(HoldfastError, TimeoutError):
            async with asyncio.timeout(_SHOWN_WITHIN_S):
                await self._sender.show_typing(row.session_id, row.to_jid)
        await asyncio.sleep(max(0.0, over - asyncio.get_running_loop().time()))


def _nobody_waits(sending: "asyncio.Future[SendAck]") -> None:
    if not sending.cancelled():
        sending.exception()
