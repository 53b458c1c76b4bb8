"""The hot path: one WebSocket for events, acknowledgements and sends, all in batches.

client: {"op":"auth","key"}  (or the Authorization header)
        {"op":"subscribe","subscription","after","sessions","types"}   {"op":"ack","cursor"}
        {"op":"send","request","messages":[{"session","to","text"|"content",…,"idempotency_key"}]}
        {"op":"commit","request","steps":[…]}   {"op":"states","request","bot","chats":[{"session","chat"}]}
server: {"op":"subscribed","cursor"}   {"op":"events","events":[…]}
        {"op":"sent","request","results":[{"message_id",…} | {"error":{…}}]}   {"op":"error","error":{…}}
        {"op":"committed","request","results":[…]}   {"op":"states","request","results":[…]}
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from holdfast.accounts import Caller, Scope
from holdfast.api.auth import TheRooms
from holdfast.api.errors import problem_of
from holdfast.api.events import begin
from holdfast.api.frames import AckOp, MessageIn, SendOp, SubscribeOp, event_frames, parse, refusal_frame
from holdfast.api.mentions import check_mentions
from holdfast.api.messages import sent_out
from holdfast.api.reach import reached
from holdfast.api.rooms import Rooms
from holdfast.api.stepping import CommitOp, StatesOp, commit, states
from holdfast.api.subscriptions import consumer_of, wanted_by
from holdfast.delivery import Feed, Turn, Window
from holdfast.kit.edge import KNOWN
from holdfast.messages import Message
from holdfast.model.errors import Forbidden, HoldfastError, RequestInvalid, StoreUnavailable, Unauthorized
from holdfast.outbox import SendRequest
from holdfast.store.store import LAZY_S

router = APIRouter(prefix="/v1", tags=["events"])

_FRAME_EVENTS: Final = 256
#: Events that a named consumer may hold unacknowledged. Beyond it, it is given no more until it acknowledges.
_UNACKED: Final = 2048
#: Send frames in work at once; the next one is read when one of them is answered.
_SENDING: Final = 64
_AUTH_WITHIN_S: Final = 10.0
_STORE_AGAIN_S: Final = 0.5
_POLICY_VIOLATION: Final = 1008
_OPS: Final = "auth, subscribe, ack, send, commit, states"


@router.websocket("/events/ws")
async def event_socket(socket: WebSocket, rooms: TheRooms) -> None:
    """One client on one connection."""
    key, caller = _key_in_header(socket), None
    if key:
        # Before the client may send: its first frame may be a large one.
        with suppress(HoldfastError):
            caller = await _know(socket, rooms, key)
    await socket.accept()
    try:
        key = key or await _key_in_first_frame(socket)
        caller = caller or await _know(socket, rooms, key)
        await _Conversation(socket, rooms, key, caller).run()
    except (WebSocketDisconnect, RuntimeError):
        # The client has left. Starlette says so by RuntimeError when it notices while writing.
        return
    except HoldfastError as refusal:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(refusal_frame(refusal))
            await socket.close(_POLICY_VIOLATION, refusal.code)


async def _know(socket: WebSocket, rooms: Rooms, key: str) -> Caller:
    """Who shows this key; the server's limits for strangers end. Raises Unauthorized, StoreUnavailable."""
    caller = await rooms.accounts.authenticate(key)
    known: Callable[[], None] | None = socket.scope.get("extensions", {}).get(KNOWN)
    if known is not None:
        known()
    return caller


def _key_in_header(socket: WebSocket) -> str:
    scheme, _, key = socket.headers.get("authorization", "").partition(" ")
    return key if scheme.lower() == "bearer" else ""


async def _key_in_first_frame(socket: WebSocket) -> str:
    """The key from `auth`. Raises Unauthorized."""
    try:
        async with asyncio.timeout(_AUTH_WITHIN_S):
            frame = json.loads(await socket.receive_text())
    except (TimeoutError, ValueError, KeyError, RecursionError):
        raise Unauthorized from None
    if not isinstance(frame, dict) or frame.get("op") != "auth" or not isinstance(frame.get("key"), str):
        raise Unauthorized
    return str(frame["key"])


#: What a frame asks for, at work: one result for each of its items.
Results = Coroutine[Any, Any, list[dict[str, Any]]]


class _Conversation:
    """What one connection has asked for, and the tasks that carry it out."""

    def __init__(self, socket: WebSocket, rooms: Rooms, key: str, caller: Caller) -> None:
        self._socket, self._rooms, self._key, self._caller = socket, rooms, key, caller
        self._writing = asyncio.Lock()
        self._sending = asyncio.Semaphore(_SENDING)
        self._pump: asyncio.Task[None] | None = None
        self._subscription: str | None = None
        self._window = Window(_UNACKED)
        self._acked = 0
        #: Events that the subscription's bots are done with already: they are not given out again.
        self._stepped: frozenset[str] = frozenset()
        self._ack_wanted = asyncio.Event()
        self._has_room = asyncio.Event()

    async def run(self) -> None:
        """Until the client leaves. Raises what ends the connection."""
        try:
            async with asyncio.TaskGroup() as tasks:
                side = [tasks.create_task(self._store_acks()), tasks.create_task(self._watch_key())]
                await self._listen(tasks)
                for task in (*side, self._pump):
                    if task is not None:
                        task.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from group

    # ---- in ----------------------------------------------------------------------------------------------

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return
            request = None
            try:
                op, frame = parse(text)
                request = frame.get("request")
                await self._obey(op, frame, tasks)
            except HoldfastError as refusal:
                await self._write(refusal_frame(refusal, request))

    async def _obey(self, op: str, frame: dict[str, Any], tasks: asyncio.TaskGroup) -> None:
        try:
            match op:
                case "subscribe":
                    self._need(Scope.READ)
                    await self._subscribe(SubscribeOp.model_validate(frame), tasks)
                case "ack":
                    self._need(Scope.READ)
                    self._ack(AckOp.model_validate(frame))
                case "send":
                    self._need(Scope.SEND)
                    send = SendOp.model_validate(frame)
                    await self._begin(tasks, "sent", send.request, self._accept(send.messages))
                case "commit":
                    self._need(Scope.READ)
                    self._need(Scope.SEND)
                    steps = CommitOp.model_validate(frame)
                    await self._begin(tasks, "committed", steps.request, commit(*self._asked, steps))
                case "states":
                    self._need(Scope.READ)
                    wanted = StatesOp.model_validate(frame)
                    await self._begin(tasks, "states", wanted.request, states(*self._asked, wanted))
                case "auth":
                    pass  # the header was enough
                case _:
                    raise RequestInvalid(f"There is no op {op!r}; there are {_OPS}")
        except ValidationError as exc:
            first = exc.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise RequestInvalid(f"{op}: {place}: {first['msg']}") from None

    def _need(self, scope: Scope) -> None:
        if not self._caller.may(scope):
            raise Forbidden(f"This key lacks the scope `{scope.value}`")

    # ---- events ------------------------------------------------------------------------------------------

    async def _subscribe(self, wanted: SubscribeOp, tasks: asyncio.TaskGroup) -> None:
        tenant_id, name = self._caller.tenant_id, wanted.subscription
        asked = wanted_by(self._rooms, self._caller, wanted.sessions, wanted.types)
        feed = await begin(self._rooms, self._caller, name, wanted.after, asked)
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        self._subscription, self._window, self._acked = name, Window(_UNACKED), feed.position
        self._stepped = frozenset()
        if name is not None:
            self._stepped = await self._rooms.steps.done_after(tenant_id, name, feed.position)
        await self._write(json.dumps({"op": "subscribed", "cursor": feed.cursor}))
        turn = None if name is None else self._rooms.subscriptions.take_turn(tenant_id, name)
        self._pump = tasks.create_task(self._give_in_turn(feed, turn))

    async def _give_in_turn(self, feed: Feed, turn: Turn | None) -> None:
        """Give events out until another consumer takes the subscription. Raises SubscriptionTaken."""
        if turn is None:
            await self._give(feed)
            return
        with turn:
            await turn.hold(self._give(feed))

    async def _give(self, feed: Feed) -> None:
        """Give out events as fast as the client takes them, and with a name no further than its window."""
        named = self._subscription is not None
        while True:
            self._has_room.clear()
            room = min(_FRAME_EVENTS, self._window.room)
            if room == 0:
                await self._has_room.wait()
                continue
            events = await feed.next(room)
            if self._stepped:
                events = [event for event in events if event.event_id not in self._stepped]
            if named:
                self._window.gave(event.position for event in events)
            for frame in event_frames(events):
                await self._write(frame)
            if named and not self._window and feed.position > self._acked:
                # Nothing wanted for a long stretch: move the mark, so that it is not searched again.
                self._acked = feed.position
                self._ack_wanted.set()

    def _ack(self, op: AckOp) -> None:
        if self._subscription is None:
            raise RequestInvalid("There is nothing to acknowledge: this stream has no subscription")
        position = self._rooms.journal.position_of(op.cursor)
        self._window.acked(position)
        self._has_room.set()
        if position > self._acked:
            self._acked = position
            self._ack_wanted.set()

    async def _store_acks(self) -> None:
        """Store the newest acknowledgement; those that came meanwhile share the next write."""
        consumer = consumer_of(self._caller)
        while True:
            await self._ack_wanted.wait()
            self._ack_wanted.clear()
            name, position = self._subscription, self._acked
            if name is None:
                continue
            try:
                await self._rooms.subscriptions.ack(consumer, name, position, patience_s=LAZY_S)
            except StoreUnavailable:
                # The worst that follows is that some events are given out again.
                await asyncio.sleep(_STORE_AGAIN_S)
                self._ack_wanted.set()

    # ---- sends -------------------------------------------------------------------------------------------

    @property
    def _asked(self) -> tuple[Rooms, Caller]:
        return self._rooms, self._caller

    async def _begin(self, tasks: asyncio.TaskGroup, op: str, request: str, work: Results) -> None:
        """Do this beside everything else, as soon as there is room, and write its results."""
        try:
            await self._sending.acquire()
        except asyncio.CancelledError:
            work.close()
            raise
        tasks.create_task(self._finish(op, request, work))

    async def _finish(self, op: str, request: str, work: Results) -> None:
        try:
            results = await work
            await self._write(json.dumps({"op": op, "request": request, "results": results}))
        except StoreUnavailable as refusal:
            await self._write(refusal_frame(refusal))
        finally:
            self._sending.release()

    async def _accept(self, messages: Sequence[MessageIn]) -> list[dict[str, Any]]:
        """Have each message accepted or refused on its own; results in order."""
        results: list[dict[str, Any]] = [{}] * len(messages)
        wanted: list[SendRequest] = []
        places: list[int] = []
        for place, message in enumerate(messages):
            try:
                session = reached(self._rooms, self._caller, message.session)
                if message.mentions:
                    await check_mentions(self._rooms, session, message)
                wanted.append(message.request(session, message.idempotency_key))
                places.append(place)
            except HoldfastError as refusal:
                results[place] = {"error": problem_of(refusal)}
        try:
            answers = await self._rooms.outbox.accept_many(wanted)
        except HoldfastError as refusal:
            answers = [refusal] * len(wanted)
        for place, answer in zip(places, answers, strict=True):
            results[place] = (
                sent_out(answer).model_dump()
                if isinstance(answer, Message)
                else {"error": problem_of(answer)}
            )
        return results

    # ---- both --------------------------------------------------------------------------------------------

    async def _watch_key(self) -> None:
        """A key that is revoked or expires ends its connections too. Raises Unauthorized."""
        raise await self._rooms.accounts.ended(self._key)

    async def _write(self, text: str) -> None:
        """Write one frame; waits while the client does not read. Raises when it has left."""
        async with self._writing:
            await self._socket.send_text(text)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What ended the connection: a refusal that the client should hear, else whatever came first."""
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat.append(_first(error) if isinstance(error, BaseExceptionGroup) else error)
    return next((error for error in flat if isinstance(error, HoldfastError)), flat[0])
