"""One attempt: hand a message to the engine, and decide what follows. Never raises."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import HoldfastError
from holdfast.model.seams import Sender
from holdfast.outbox.finishing import Finisher
from holdfast.outbox.numbers import Numbers
from holdfast.outbox.pacing import Pace
from holdfast.outbox.policy import Fail, RetryPolicy
from holdfast.outbox.progress import Failed, Result, Retried, Sent
from holdfast.outbox.queued import Queued

_log = logging.get("outbox")

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
        finisher: Finisher | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self._finisher, self._numbers = finisher, numbers
        self._sender = sender
        self._clock, self._policy, self._roll = clock, policy or RetryPolicy(), roll

    async def send(self, row: Queued, fruitless: int) -> Result:
        """What became of one attempt."""
        attempt = row.attempts + 1
        try:
            to = row.to_jid
            # Who has never written may not be there, or under another spelling; whoever has written is known.
            if row.pace is Pace.STRANGER and self._numbers is not None:
                to = await self._numbers.where(row.session_id, to)
            ack = await self._sender.send(row.session_id, row.message_id, to, row.message)
        except Exception as exc:
            return self._failed(row, attempt, exc, fruitless)
        killpoint.pass_("ack_unstored")
        return Sent(replace(row, attempts=attempt), ack)

    async def with_file(self, row: Queued, fruitless: int) -> Queued | Result:
        """The row with its file on WhatsApp's servers and its final bytes, or what became of it instead."""
        try:
            assert self._finisher is not None
            return await self._finisher.finish(row)
        except Exception as exc:
            return self._failed(row, row.attempts + 1, exc, fruitless)

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
