"""Runs a bot on the event stream: many chats at once, one message after the other within a chat.

An event is acknowledged when its handler is done, so a bot that dies gets it again. A handler that raises
is tried three times; then the event is logged as skipped and acknowledged: one bad message must stop
neither its chat nor the bot. While the gateway is away nothing counts as a try.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from holdfast.bots.bot import Bot
from holdfast.client import Client, Event, EventStream, GatewayUnreachable
from holdfast.model.events import EventType, MessageReceived

_log = structlog.get_logger("holdfast.bots")
_TRIES = 3
_PAUSE_S = 0.5
_CHATS_AT_ONCE = 256


class Runner:
    """One bot at work on one stream."""

    def __init__(self, bot: Bot, client: Client, *, pause_s: float = _PAUSE_S) -> None:
        self._bot = bot
        self._client = client
        self._pause_s = pause_s
        self._chats: dict[tuple[str, str], deque[Event]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_CHATS_AT_ONCE)

    async def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Work until cancelled. Raises HoldfastError when the gateway refuses the subscription for good."""
        async with self._client.events(self._bot.name, types=[EventType.MESSAGE_RECEIVED]) as stream:
            if on_ready is not None:
                on_ready()
            try:
                async for event in stream:
                    self._take(stream, event)
            finally:
                for worker in self._workers:
                    worker.cancel()
                await asyncio.gather(*self._workers, return_exceptions=True)

    def _take(self, stream: EventStream, event: Event) -> None:
        if not isinstance(event.data, MessageReceived) or event.data.from_me:
            stream.ack(event)
            return
        chat = (event.session_id, event.chat)
        if chat in self._chats:
            self._chats[chat].append(event)
            return
        self._chats[chat] = deque([event])
        worker = asyncio.create_task(self._work_off(stream, chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work_off(self, stream: EventStream, chat: tuple[str, str]) -> None:
        waiting = self._chats[chat]
        async with self._room:
            while waiting:
                event = waiting.popleft()
                await self._handle(event)
                stream.ack(event)
            del self._chats[chat]  # no await since the last look: nothing can have arrived in between

    async def _handle(self, event: Event) -> None:
        tries = 0
        while True:
            try:
                await self._bot.handle(self._client, event)
                return
            except GatewayUnreachable:
                await asyncio.sleep(self._pause_s)
            except Exception as failure:
                tries += 1
                if tries >= _TRIES:
                    _log.exception("bot.event_skipped", bot=self._bot.name, event_id=event.event_id)
                    return
                _log.warning(
                    "bot.handler_failed",
                    bot=self._bot.name,
                    event_id=event.event_id,
                    error=type(failure).__name__,
                    attempt=tries,
                )
                await asyncio.sleep(self._pause_s * tries)
