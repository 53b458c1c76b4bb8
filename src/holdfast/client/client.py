"""The SDK's one object."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self, Unpack
from urllib.parse import quote

from holdfast.client.access import Access
from holdfast.client.alerts import Alerts
from holdfast.client.backups import Backups
from holdfast.client.chats import Chats
from holdfast.client.configuration import Configuration
from holdfast.client.event import Event, Json
from holdfast.client.groups import Groups
from holdfast.client.handovers import Handovers
from holdfast.client.http import Http
from holdfast.client.link import Link
from holdfast.client.locate import Locator
from holdfast.client.media import Media, MessageMedia
from holdfast.client.messages import Messages
from holdfast.client.outgoing import SendOptions, to_json
from holdfast.client.people import People
from holdfast.client.protocol import Outgoing, Wanted
from holdfast.client.sessions import Sessions, session_path
from holdfast.client.steps import BotState, Committed, StateAsked, Step
from holdfast.client.stream import EventStream
from holdfast.client.system import System
from holdfast.client.types import DashboardLink, Message, Queue, Sent, Subscription
from holdfast.model.content import Content


class Client:
    """A gateway, seen from a program.

    `async with Client() as client` finds the gateway of this machine by itself; `url` and `key` name
    another one (or HOLDFAST_URL and HOLDFAST_KEY), `data` another data folder. Sends and events share one
    WebSocket, which reconnects by itself; everything else is HTTP. Safe to use from many tasks of one event
    loop. `browser` is the address of the browser that a page asks for; the audit notes it.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        data: Path | str | None = None,
        timeout_s: float = 30.0,
        browser: str = "",
    ) -> None:
        self._locator = Locator(url, key, Path(data) if data else None)
        self._timeout_s = timeout_s
        self._http = Http(self._locator, timeout_s, {"Holdfast-For": browser} if browser else {})
        self._link: Link | None = None
        self.sessions = Sessions(self._http)
        self.media = Media(self._http)
        self.messages = Messages(self.send, self.media)
        self.alerts = Alerts(self._http)
        self.backups = Backups(self._http)
        self.groups = Groups(self._http)
        self.handovers = Handovers(self._http)
        self.configuration = Configuration(self._http)
        self.people = People(self._http)
        self.chats = Chats(self._http, self._message)
        self.access = Access(self._http)

    async def __aenter__(self) -> Self:
        """Opens nothing yet: the first call does."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write queued acknowledgements, close every connection."""
        await self.close()

    async def close(self) -> None:
        """Write queued acknowledgements, close every connection."""
        link, self._link = self._link, None
        if link is not None:
            await link.__aexit__()
        await self._http.close()

    # ---- messages ------------------------------------------------------------------------------------

    async def send(
        self,
        session: str,
        to: str,
        content: str | Content,
        *,
        idempotency_key: str | None = None,
        timeout_s: float | None = None,
        **options: Unpack[SendOptions],
    ) -> Sent:
        """Send a text, or any other content. Returns when the gateway has committed it.

        From then on it is sent once, whatever crashes.
        `to` is a phone number (+49…), a JID or the chat of an event. `options` say what it replies to, whom
        it mentions, when it may be sent. Without a key one is made, so that the retries of this call cannot
        double the message; pass your own to make a repetition by your program harmless too.
        Raises RecipientInvalid, UnknownSession, IdempotencyConflict, MessageTooLarge, ContentInvalid,
        AccessError; UnknownMessage and TargetInvalid for what is about another message; GatewayUnreachable
        when nobody answers in time: repeat with the same key.
        """
        key = idempotency_key or f"auto:{uuid.uuid4().hex}"
        message = Outgoing(session, to, to_json(content, options), key)
        return await (await self._hot()).send(message, timeout_s or self._timeout_s)

    async def reply(
        self, event: Event, content: str | Content, *, part: str = "", **options: Unpack[SendOptions]
    ) -> Sent:
        """Reply to an event's message, once: an event that is handled twice gets one reply.

        The idempotency key is made of the event's id; a second reply to the same event needs another `part`.
        With the option `quoted_id` it quotes the message. Raises like `send`; IdempotencyConflict means that
        the event has got another reply already.
        """
        key = f"reply:{event.event_id}:{part}" if part else f"reply:{event.event_id}"
        return await self.send(event.session_id, event.chat, content, idempotency_key=key, **options)

    async def commit(self, step: Step) -> Committed:
        """Do a step: what an event led to, in one transaction of the gateway. Returns when that is committed.

        The same event again for the same subscription does nothing (`repeated`). Raises what a message of it
        is refused for, StateConflict when the state has moved on, UnknownEvent, UnknownSubscription,
        UnknownAct; GatewayUnreachable: repeat it.
        """
        return await (await self._hot()).commit(step, self._timeout_s)

    async def bot_state(self, session: str, chat: str, bot: str) -> BotState:
        """What a bot remembers of a chat, and whether a human has the chat. Raises UnknownSession."""
        return await (await self._hot()).state(StateAsked(session, chat, bot), self._timeout_s)

    async def messages_page(
        self,
        session: str,
        *,
        chat: str | None = None,
        direction: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[Sequence[Message], str | None]:
        """Return a page of a session's stored messages, oldest first, and the place of the next one.

        The place is None after the last page.
        `direction` is "in" or "out".
        """
        query = {"chat": chat, "direction": direction, "after": after, "limit": limit}
        body = await self._http.json("GET", session_path(session) + "/messages", query=query)
        return [self._message(session, item) for item in body["messages"]], body.get("next")

    async def message(self, session: str, message_id: str) -> Message:
        """Return one stored message, with its raw content in `body`."""
        path = f"{session_path(session)}/messages/{message_id}"
        return self._message(session, await self._http.json("GET", path))

    def _message(self, session: str, body: Json) -> Message:
        message, file = Message.read(body), body.get("file")
        if not file:
            return message
        path = f"{session_path(session)}/messages/{quote(message.message_id, safe='')}"
        error = str((file.get("error") or {}).get("code") or "")
        media = MessageMedia(str(file["media_id"]), str(file["state"]), error, path)
        return replace(message, media=media)

    async def cancel(self, session: str, message_id: str) -> Sent:
        """Cancel a message that still waits: it fails with `cancelled`. Idempotent.

        Raises NotCancellable when it is on its way or sent, UnknownMessage.
        """
        path = f"{session_path(session)}/messages/{quote(message_id, safe='')}/cancel"
        return Sent.read(await self._http.json("POST", path))

    async def queue(self, session: str, *, limit: int = 100) -> Queue:
        """Return what a session still has to send, and what holds it up. Raises UnknownSession."""
        return Queue.read(
            await self._http.json("GET", session_path(session) + "/queue", query={"limit": limit})
        )

    # ---- events --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def events(
        self,
        subscription: str | None = None,
        *,
        sessions: Sequence[str] | None = None,
        types: Sequence[str] | None = None,
        after: str | None = None,
    ) -> AsyncIterator[EventStream]:
        """A stream of events: `async with client.events("billing") as stream: async for event in stream: …`.

        With a name the gateway remembers what was acknowledged (`stream.ack(event)`), and the next process
        continues there: every event comes at least once, in order, with a stable `event_id`. Without a name
        the stream lives as long as this block. A new stream begins now; `after=""` begins at the journal's
        start. Entered when the gateway has confirmed the subscription. Raises GatewayUnreachable when that
        takes longer than the client's time-out.

        A named subscription keeps the filter that it was made with: without `sessions` and `types` it is
        read as it is, with others SubscriptionFilterDiffers is raised. It has one consumer at a time: the
        older of two hears SubscriptionTaken.
        """
        link = Link(self._locator, Wanted(subscription, sessions, types, after))
        async with link:
            await link.begun(self._timeout_s)
            shared = self._link is None
            if shared:
                self._link = link  # sends of this client go the same way
            try:
                yield EventStream(link)
            finally:
                if shared and self._link is link:
                    self._link = None

    async def subscriptions(self) -> Sequence[Subscription]:
        """Return every subscription of the tenant."""
        body = await self._http.json("GET", "/v1/subscriptions")
        return [Subscription.read(it) for it in body["subscriptions"]]

    async def change_subscription(
        self, name: str, *, sessions: Sequence[str] = (), types: Sequence[str] = ()
    ) -> None:
        """Give a subscription another filter; it keeps its place. Nothing named means everything.

        A consumer that reads it now is ended (`subscription_taken`) and may come again with the new filter.
        Raises UnknownSubscription, Forbidden when it belongs to another key.
        """
        body = {"sessions": list(sessions), "types": list(types)}
        await self._http.json("PUT", f"/v1/subscriptions/{quote(name, safe='')}", body=body)

    async def delete_subscription(self, name: str) -> None:
        """Forget a subscription's place: the next consumer of this name begins as a new one.

        Raises UnknownSubscription, Forbidden when it belongs to another key.
        """
        await self._http.json("DELETE", f"/v1/subscriptions/{quote(name, safe='')}")

    async def events_page(
        self,
        *,
        after: str | None = None,
        session: str | None = None,
        type: str | None = None,
        limit: int | None = None,
    ) -> tuple[Sequence[Event], str]:
        """One page of the journal after a cursor, and the cursor for the next page."""
        query = {"after": after, "session": session, "type": type, "limit": limit, "format": "json"}
        body = await self._http.json("GET", "/v1/events", query=query)
        return [Event.read(item) for item in body["events"]], str(body.get("next") or "")

    # ---- the gateway ---------------------------------------------------------------------------------

    async def ask(
        self, method: str, path: str, *, body: Json | None = None, idempotency_key: str | None = None
    ) -> Json:
        """The JSON of an endpoint that this SDK has no method for, such as an application's.

        Raises the error of its code, GatewayUnreachable without an answer.
        """
        headers = None if idempotency_key is None else {"Idempotency-Key": idempotency_key}
        answer: Json = await self._http.json(method, path, body=body, headers=headers)
        return answer

    async def fetch(self, path: str) -> bytes:
        """The bytes of an endpoint that gives no JSON. Raises as `ask`."""
        async with self._http.stream(path) as response:
            return await response.aread()

    async def system(self) -> System:
        """Versions, engine, restoration."""
        return System.read(await self._http.json("GET", "/v1/system"))

    async def doctor(self, *, repair: bool = False) -> Json:
        """The report on the whole installation, as JSON; with `repair` after what can be done was done."""
        report: Json = await (
            self._http.json("POST", "/v1/doctor/repair") if repair else self._http.json("GET", "/v1/doctor")
        )
        return report

    async def dashboard_link(self) -> DashboardLink:
        """A fresh link that logs one browser in, once."""
        return DashboardLink.read(await self._http.json("POST", "/v1/dashboard/links"))

    async def exchange_link(self, token: str) -> Json:
        """Turn a link's token into a session key for the dashboard. Works once."""
        body: Json = await self._http.json("POST", "/v1/dashboard/exchange", body={"token": token})
        return body

    async def give_up_key(self) -> None:
        """Revoke the key that this client shows. It opens nothing from now on."""
        await self._http.json("DELETE", "/v1/keys/self")

    async def lab_kill(self, what: str) -> None:
        """Lab mode only: kill -9 "engine", "gateway" or "both"."""
        await self._http.json("POST", "/v1/lab/kill", body={"what": what})

    async def lab_set_clock(self, ahead_s: float) -> None:
        """Lab mode only: the gateway's wall clock is so far ahead of the machine's from now on."""
        await self._http.json("POST", "/v1/lab/clock", body={"ahead_s": ahead_s})

    async def _hot(self) -> Link:
        if self._link is None:
            self._link = await Link(self._locator).__aenter__()
        return self._link
