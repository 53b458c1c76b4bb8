"""The scout: while every number is down by the network it looks, without a login, whether WhatsApp is there.

Its success ends every wait that the network has caused, so that numbers are back seconds after the network
and not a longest wait later; until then attempts wait at a gate instead of dialling in vain.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from holdfast.kit import logging
from holdfast.model.errors import HoldfastError
from holdfast.model.ids import SessionId
from holdfast.model.reasons import OF_THE_WAY
from holdfast.model.states import ACTIVE, Desired
from holdfast.sessions import facts as f
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine

log = logging.get("sessions")

#: Looks under way at once: one that hangs in a dead network does not hold up the next.
_AT_ONCE: Final = 3


class Scout:
    """Watches the roster, holds the gate."""

    def __init__(self, roster: Roster, link: Engine) -> None:
        self._roster, self._link = roster, link
        self._lost = False
        self._at_gate: dict[SessionId, Runtime] = {}
        self._looks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look, forever, as often as the policy says and only while there is something to find out."""
        try:
            while True:
                await asyncio.sleep(self._roster.policy.scout_every_s)
                if not self._needed():
                    self._open()
                elif len(self._looks) < _AT_ONCE:
                    look = asyncio.create_task(self._look())
                    self._looks.add(look)
                    look.add_done_callback(self._looks.discard)
        finally:
            for look in self._looks:
                look.cancel()

    async def passed(self, runtime: Runtime, wanted: Callable[[], bool]) -> None:
        """Return when an attempt makes sense or is no longer wanted.

        After the longest wait it returns as well: a scout may be wrong.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._roster.policy.reconnect_longest_s
        self._at_gate[runtime.id] = runtime
        try:
            while self._lost and wanted() and (left_s := until - loop.time()) > 0:
                await self._roster.changed_or_timeout(runtime, left_s)
        finally:
            del self._at_gate[runtime.id]

    def _open(self) -> None:
        self._lost = False
        for runtime in list(self._at_gate.values()):
            self._roster.wake(runtime)

    def _needed(self) -> bool:
        """Every session that should be up is down, and the network is why.

        Once that is known: until one is up.
        """
        worth_it = False
        for runtime in self._roster.index:
            session = runtime.session
            if session.state.up:
                return False
            wanted = session.state in ACTIVE and session.desired is Desired.UP
            worth_it = worth_it or (wanted and (self._lost or session.reason in OF_THE_WAY))
        return worth_it and self._roster.acting

    async def _look(self) -> None:
        try:
            reached = await self._link.scout()
        except HoldfastError:  # this engine cannot look, or is gone: attempts find out for themselves
            self._open()
            return
        if reached and self._lost:
            self._returned()
        elif not reached and not self._lost and self._needed():
            log.warning("sessions.network_lost", sessions=len(self._roster.index))
            self._lost = True

    def _returned(self) -> None:
        log.info("sessions.network_returned", waiting_at_gate=len(self._at_gate))
        waiting = frozenset(self._at_gate)
        self._open()
        for runtime in list(self._roster.index):
            if runtime.id not in waiting:
                self._roster.tell(runtime, f.NetworkReturned())
