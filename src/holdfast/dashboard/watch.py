"""Follows the gateway for every browser that may see the same numbers: one stream, one poll, for all of them.

Events change the board at once; a poll notices within half a second when the gateway falls silent, and a
list reconciles what no event tells (heartbeats, sessions that came or went). It runs while a page is open.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from holdfast.client import AccessError, Client, Event, HoldfastError, Session
from holdfast.dashboard.board import Board
from holdfast.dashboard.killing import Killing, Victim
from holdfast.dashboard.language import Language, speaking, spoken
from holdfast.dashboard.views import CardView, HeadView, Patch, patch
from holdfast.kit import logging
from holdfast.model.events import EventType, SessionStateChanged

log = logging.get("dashboard")

_POLL_S = 0.5
_POLL_AFTER_KILL_S = 0.1
_KEYS_S = 5.0  # a page whose key has ended is sent away within this time
_LIST_S = 1.0
# A list of a thousand numbers costs the gateway real time: at most a tenth of it is asked for.
_LIST_SHARE = 10
_AGAIN_S = 0.5
_SILENT_AFTER_S = 2.0
_FIRST_READ_S = 1.5  # a page is drawn then, with or without an answer
_FOLLOWED = (EventType.SESSION_STATE, EventType.SESSION_PAIRING, EventType.SESSION_WARNING)
_SHOW_S = 0.05  # changes of one moment are shown together

Show = Callable[[Patch], None]


class Watcher:
    """One open page: the client with its browser's key, how to show it something, how to send it away.

    It is told in the language in which it was made.
    """

    def __init__(self, client: Client, show: Show, refused: Callable[[], None]) -> None:
        self.client, self.show, self.refused = client, show, refused
        self.language = spoken()


@dataclass
class Told:
    """What pages know."""

    cards: dict[str, CardView] = field(default_factory=dict)
    head: HeadView | None = None


class Watch:
    """The board of one audience, and who looks at it."""

    def __init__(self) -> None:
        self.board = Board()
        self.killing: Killing | None = None
        self._watchers: list[Watcher] = []
        #: By language, what the pages in it know.
        self._told: dict[Language, Told] = {}
        self._polling: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._due = asyncio.Event()
        self._list_due = True
        self._next_list = 0.0
        self._may_list = 0.0  # a list before this time would take more than its share
        self._list_soon: asyncio.TimerHandle | None = None
        self._turn = 0
        self._show_soon: asyncio.TimerHandle | None = None

    # ---- pages ---------------------------------------------------------------------------------------

    async def open(self, watcher: Watcher) -> Patch:
        """A page is opened; returns everything known. It is told of every change from now on."""
        if not self._watchers:
            self._list_due = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_READ_S):
                    await self.read(watcher.client)
        self._watchers.append(watcher)
        if self._polling is None:
            self._polling = asyncio.create_task(self._contained(self._poll), name="dashboard poll")
            self._dial()
        self.show()
        with speaking(watcher.language):
            return patch({}, self.board, self.killing, _now())

    def close(self, watcher: Watcher) -> None:
        """A page is closed. With the last one the gateway is left in peace."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)
        if not self._watchers:
            self.stop()

    def stop(self) -> None:
        """Stop following."""
        for task in (self._polling, self._following):
            if task is not None:
                task.cancel()
        self._polling = self._following = None
        for timer in (self._show_soon, self._list_soon):
            if timer is not None:
                timer.cancel()
        self._show_soon = self._list_soon = None

    # ---- what pages do -------------------------------------------------------------------------------

    def put(self, session: Session) -> None:
        """An answer of the gateway to something a page asked."""
        self.board.put(session)
        self.show()

    def removed(self, session_id: str) -> None:
        """A page had a session removed."""
        self.board.remove(session_id)
        self.show()

    def kills(self, victim: Victim) -> None:
        """A page is about to kill; the story begins."""
        if self.board.system is not None:
            self.killing = Killing.begin(victim, _now(), self.board.system, self.board.sessions)
            self._due.set()
            self.show()

    def show(self) -> None:
        """Tell every page what is different."""
        if self._show_soon is not None:
            self._show_soon.cancel()
            self._show_soon = None
        told = {watcher.language: self._told.get(watcher.language, Told()) for watcher in self._watchers}
        self._told = told
        for language, known in told.items():
            with speaking(language):
                self._show(known, [it for it in self._watchers if it.language is language])

    def _show(self, known: Told, watchers: Sequence[Watcher]) -> None:
        news = patch(known.cards, self.board, self.killing, _now())
        head = news["head"]
        before, known.head = known.head, head
        if not news["cards"] and not news["gone"] and before and {**before, "now": head["now"]} == head:
            return
        known.cards.update({view["id"]: view for view in news["cards"]})
        for id_ in news["gone"]:
            del known.cards[id_]
        for watcher in watchers:
            try:
                watcher.show(news)
            except Exception as failure:  # one broken page is its own matter
                log.error("dashboard.page_failed", error=type(failure).__name__)

    # ---- the gateway ---------------------------------------------------------------------------------

    async def read(self, client: Client) -> None:
        """Ask the gateway once how it is, and for the list when it is due. Never raises HoldfastError."""
        try:
            async with asyncio.timeout(_SILENT_AFTER_S):
                system = await client.system()
        except AccessError:
            self._refuse(client)
            return
        except (HoldfastError, TimeoutError):
            self._silent()
            return
        if self.board.answered(system):
            self._list_due, self._next_list = True, 0.0
            if self._following is not None:
                self._dial()
        if self.killing:
            self.killing = self.killing.answered(system, _now())
        if self._list_due or time.monotonic() >= self._next_list:
            await self._list(client)

    async def _list(self, client: Client) -> None:
        began, asked_at, mark = time.monotonic(), _now(), self.board.mark()
        self._list_due = False
        try:
            survey = await client.sessions.survey()
        except AccessError:
            self._refuse(client)
            return
        except HoldfastError:
            self._list_due = True
            return
        self.board.replace(survey.sessions, mark, survey.unlinkings)
        self._may_list = time.monotonic() + _LIST_SHARE * (time.monotonic() - began)
        self._next_list = max(self._may_list, time.monotonic() + _LIST_S)
        if self.killing and not self.killing.over:
            self.killing = self.killing.listed(self.board.sessions, asked_at, _now())

    def _silent(self) -> None:
        if self.board.silent(_now()):
            log.warning("dashboard.gateway_silent")
        if self.killing and not self.killing.over:
            self.killing = self.killing.silent(_now())

    def _refuse(self, client: Client) -> None:
        for watcher in [it for it in self._watchers if it.client is client]:
            self.close(watcher)
            watcher.refused()

    def _dial(self) -> None:
        """A fresh stream: the gateway is here now, and the old stream may be waiting for its next attempt."""
        if self._following is not None:
            self._following.cancel()
        self._following = asyncio.create_task(self._contained(self._follow), name="dashboard events")

    async def _poll(self) -> None:
        while self._watchers:
            await self.read(self._watchers[0].client)
            await self._check_keys()
            self.show()
            busy = self.killing is not None and not self.killing.over
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_AFTER_KILL_S if busy else _POLL_S):
                    await self._due.wait()
            self._due.clear()
            if busy:
                self._next_list = min(self._next_list, time.monotonic() + _POLL_AFTER_KILL_S)

    async def _check_keys(self) -> None:
        """Show every browser's key in its turn: reading is shared, the right to see what was read is not."""
        clients = list(dict.fromkeys(watcher.client for watcher in self._watchers))
        if not self.board.reachable or len(clients) < 2:
            return  # the one key there is has just been used
        at_once = math.ceil(len(clients) * _POLL_S / _KEYS_S)
        for _ in range(at_once):
            self._turn += 1
            client = clients[self._turn % len(clients)]
            try:
                async with asyncio.timeout(_SILENT_AFTER_S):
                    await client.system()
            except AccessError:
                self._refuse(client)
            except (HoldfastError, TimeoutError):
                return  # the next poll says what there is to say

    async def _follow(self) -> None:
        while self._watchers:
            watcher = self._watchers[0]
            try:
                async with watcher.client.events(types=_FOLLOWED) as stream:
                    self._list_due = True
                    self._due.set()
                    async for event in stream:
                        self._take(event)
                        if watcher not in self._watchers:
                            break  # go on with the key of a browser that is still here
            except AccessError:
                self._refuse(watcher.client)

    def _take(self, event: Event) -> None:
        if self.killing and not self.killing.over:
            self.killing = self.killing.event(event)
        if not self.board.apply(event):
            self._list_due = True
            self._due.set()
        elif isinstance(event.data, SessionStateChanged) and self._list_soon is None:
            # In another state other actions are offered: the list has them.
            wait_s = max(0.0, self._may_list - time.monotonic())
            self._list_soon = asyncio.get_running_loop().call_later(wait_s, self._list_now)
        if self._show_soon is None:
            self._show_soon = asyncio.get_running_loop().call_later(_SHOW_S, self.show)

    def _list_now(self) -> None:
        self._list_soon, self._list_due = None, True
        self._due.set()

    async def _contained(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run it for as long as a page is open, whatever goes wrong in it."""
        while self._watchers:
            try:
                await work()
            except HoldfastError:
                await asyncio.sleep(_AGAIN_S)  # the poll says what there is to say
            except Exception as failure:
                log.error("dashboard.watch_failed", error=type(failure).__name__, exc_info=True)
                await asyncio.sleep(_AGAIN_S)


def _now() -> datetime:
    return datetime.now(UTC)
