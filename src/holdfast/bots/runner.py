"""Runs bots on the event stream: many chats at once, one event after the other within a chat.

An event is acknowledged when its step is committed, so a bot that dies gets it again, and one that was
committed is not given out again. While the gateway is away nothing counts as an attempt, nor does a state
that somebody else has changed: the handler runs again on the new one.

What raises is tried three times, with growing pauses. Then the event is given up: a step that holds nothing
but that, told by an event `bot.failed`. One bad message must stop neither its chat nor the bot.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from holdfast.bots.bot import Bot
from holdfast.bots.chat import Chat
from holdfast.bots.library import Documents
from holdfast.bots.memory import Memory
from holdfast.bots.outcome import HANDLED
from holdfast.bots.stack import Stack
from holdfast.client import Client, Event, EventStream, GatewayUnreachable, SubscriptionFilterDiffers
from holdfast.client.steps import BotState, Step
from holdfast.model.errors import HoldfastError, StateConflict, StoreUnavailable, UnknownEvent
from holdfast.model.events import BotReminder, ChatHandover, ConfigurationChanged, MessageReceived

_log = structlog.get_logger("holdfast.bots")
_TRIES = 3
_PAUSE_S = 0.5
_CHATS_AT_ONCE = 256
#: Nobody's fault, and over by itself.
_PASSING = (GatewayUnreachable, StoreUnavailable)


class Runner:
    """One stack of bots at work on one stream. A bot alone is a stack of one."""

    def __init__(self, bots: Bot | Stack, client: Client, *, pause_s: float = _PAUSE_S) -> None:
        self._stack = bots if isinstance(bots, Stack) else Stack(bots.name, [bots])
        self._client = client
        self._pause_s = pause_s
        self._memory = Memory(client)
        self._documents = Documents(client)
        self._chats: dict[tuple[str, str], deque[Event]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_CHATS_AT_ONCE)

    async def run(self, on_ready: Callable[[], None] | None = None) -> None:
        """Work until cancelled. Raises HoldfastError when the gateway refuses the subscription for good."""
        try:
            await self._work(on_ready)
        except SubscriptionFilterDiffers:
            # The bot hears other things than its earlier version did; its place stays.
            await self._client.change_subscription(
                self._stack.name, sessions=self._stack.sessions or (), types=self._stack.types
            )
            await self._work(on_ready)

    async def _work(self, on_ready: Callable[[], None] | None) -> None:
        it = self._stack
        async with self._client.events(it.name, sessions=it.sessions, types=it.types) as stream:
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
        if not self._wanted(event):
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

    def _wanted(self, event: Event) -> bool:
        match event.data:
            case ConfigurationChanged() as changed:
                self._documents.changed(changed.name)
                return False
            case ChatHandover():
                self._memory.forget(event)
                return False
            case MessageReceived() as message:
                return not message.from_me
            case BotReminder() as reminder:
                return any(bot.name == reminder.bot for bot in self._stack.order(event.session))
            case _:
                return True

    async def _work_off(self, stream: EventStream, chat: tuple[str, str]) -> None:
        waiting = self._chats[chat]
        async with self._room:
            while waiting:
                event = waiting.popleft()
                await self._handle(event)
                stream.ack(event)
            del self._chats[chat]  # no await since the last look: nothing can have arrived in between

    # ---- one event -------------------------------------------------------------------------------------

    async def _handle(self, event: Event) -> None:
        attempts, refused = 0, None
        while True:
            bot = ""
            try:
                for each in self._stack.order(event.session):
                    bot = each.name
                    if await self._ask(each, event, refused):
                        return
                return
            except StateConflict:
                self._memory.forget(event)
            except _PASSING:
                await asyncio.sleep(self._pause_s)
            except Exception as failure:
                attempts += 1
                refused = failure if isinstance(failure, HoldfastError) else None
                if attempts >= _TRIES:
                    await self._give_up(event, bot, failure)
                    return
                self._log_failure(event, bot, failure, attempts)
                await asyncio.sleep(self._pause_s * attempts)

    async def _ask(self, bot: Bot, event: Event, refused: HoldfastError | None) -> bool:
        """Whether this bot has handled the event, or nobody is to any more."""
        remembered = await self._memory.of(event, bot.name)
        if remembered.handed_over and isinstance(event.data, MessageReceived):
            return True  # a human has the chat
        chat = Chat(self._client, event, bot.name, remembered, refused=refused, documents=self._documents)
        if await bot.route(chat) is not HANDLED:
            return False
        step = chat.step(self._stack.name)
        if step is not None:
            await self._commit(event, step, remembered)
        return True

    async def _commit(self, event: Event, step: Step, remembered: BotState) -> None:
        """Have it committed, however long the gateway is away: the same step again does nothing twice."""
        while True:
            try:
                done = await self._client.commit(step)
            except _PASSING:
                await asyncio.sleep(self._pause_s)
                continue
            except UnknownEvent:
                return  # it was kept no longer: there is nothing to do any more
            if done.repeated or done.handed_over or step.hand_over is not None:
                self._memory.forget(event)  # an earlier process did it, or a human has the chat
            elif step.state is not None:
                self._memory.stepped(
                    event, step.bot, BotState(done.version, step.state[1], remembered.handed_over)
                )
            return

    async def _give_up(self, event: Event, bot: str, failure: Exception) -> None:
        _log.exception("bot.event_given_up", bot=bot, event_id=event.event_id)
        step = Chat(self._client, event, bot).given_up(
            self._stack.name, type(failure).__name__, _TRIES, str(failure)
        )
        try:
            await self._commit(event, step, BotState())
        except HoldfastError as refusal:
            _log.warning("bot.failure_untold", bot=bot, event_id=event.event_id, error=str(refusal))

    def _log_failure(self, event: Event, bot: str, failure: Exception, attempt: int) -> None:
        _log.warning(
            "bot.handler_failed",
            bot=bot,
            event_id=event.event_id,
            error=type(failure).__name__,
            attempt=attempt,
        )
