"""Asks a number's connection for an answer because a person wants to know, not because it was silent."""

import time
from collections.abc import Callable
from typing import Final

from holdfast.engine import Questions
from holdfast.model.errors import RateLimited
from holdfast.model.seams import SessionRef

#: Between two probes of one number. Its own liveness is watched without anybody asking.
PAUSE_S: Final = 5.0
#: So many are remembered; older ones are over anyway.
_REMEMBERED: Final = 4096


class Probing:
    """Probes on demand, a few at a time for each number."""

    def __init__(self, questions: Questions, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = questions, clock
        self._asked: dict[str, float] = {}

    async def probe(self, session: SessionRef) -> int:
        """How many milliseconds WhatsApp took to say that it is there.

        Raises RateLimited soon after another one, NotConnected, WhatsAppUnanswered, EngineUnreachable,
        EngineOutdated.
        """
        now = self._clock()
        left_s = self._asked.get(session.session_id, now - PAUSE_S) + PAUSE_S - now
        if left_s > 0:
            raise RateLimited(
                "This number was probed a moment ago",
                next_step=f"Probe it again in {left_s:.0f} s; its connection is watched all the time.",
                retry_after_s=left_s,
            )
        if len(self._asked) >= _REMEMBERED:
            self._asked = {id_: at for id_, at in self._asked.items() if at > now - PAUSE_S}
        self._asked[session.session_id] = now
        return await self._ask.ping(session.session_id)
