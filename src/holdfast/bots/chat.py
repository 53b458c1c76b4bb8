"""What a handler gets: the event, what the bot remembers of the chat, and what it may do in this step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, Unpack

from holdfast.bots.library import Documents
from holdfast.client import Client, Event, IdempotencyConflict, Sent
from holdfast.client.guesses import no_such
from holdfast.client.outgoing import SendOptions, to_json
from holdfast.client.steps import Act, BotState, Failed, HandOver, Reminder, Step
from holdfast.model.content import Content, Json, Reaction
from holdfast.model.errors import HoldfastError
from holdfast.model.events import BotReminder, MessageReceived

#: Where a chat's state holds the versions that it has pinned.
_PINNED: Final = "pinned"


@dataclass(slots=True)
class _Draft:
    """What a step will hold."""

    state: dict[str, Json] = field(default_factory=dict)
    sends: list[dict[str, Json]] = field(default_factory=list)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    hand_over: HandOver | None = None
    acts: list[Act] = field(default_factory=list)

    def copy(self) -> "_Draft":
        """The same, untouched by what is done to the other one."""
        it = self
        return _Draft(_copied(it.state), list(it.sends), dict(it.reminders), it.hand_over, list(it.acts))


def _copied(state: Mapping[str, Json]) -> dict[str, Json]:
    """JSON values again. For these several times faster than `copy.deepcopy`, and every message needs it."""
    return {key: _value(it) for key, it in state.items()}


def _value(it: Json) -> Json:
    if isinstance(it, dict):
        return _copied(it)
    return [_value(each) for each in it] if isinstance(it, list) else it


class Chat:
    """One event at one bot. What a handler does with it is committed when the handler has returned."""

    def __init__(
        self,
        client: Client,
        event: Event,
        bot: str,
        remembered: BotState | None = None,
        *,
        refused: HoldfastError | None = None,
        documents: Documents | None = None,
    ) -> None:
        self.client = client
        self.event = event
        self.bot = bot
        #: Why the gateway refused the last attempt of this step; None at the first one.
        self.refused = refused
        #: What middleware and filters hand on to handlers, by the names of their parameters.
        self.context: dict[str, object] = {}
        self._documents = documents or Documents(client)
        self._remembered = remembered or BotState()
        self._draft = _Draft(_copied(self._remembered.data))
        self._at_once = 0

    if not TYPE_CHECKING:  # a type checker knows what there is

        def __getattr__(self, name: str) -> NoReturn:
            """Say where it is instead: in the event, in its data, or at the client."""
            event, client = self.__dict__.get("event"), self.__dict__.get("client")
            data = getattr(event, "data", None)
            raise no_such(self, name, {"event": event, "event.data": data, "client": client})

    @property
    def text(self) -> str:
        """The message's text, empty when it has none."""
        return self.event.text

    @property
    def name(self) -> str:
        """The name that the sender shows, empty when WhatsApp gave none."""
        return self.event.data.push_name if isinstance(self.event.data, MessageReceived) else ""

    @property
    def now(self) -> datetime:
        """When the gateway took the event, in UTC: the same however often the handler runs."""
        return self.event.at or datetime.now(UTC)

    @property
    def state(self) -> dict[str, Json]:
        """What this bot remembers of this chat; change it. `clear()` forgets."""
        return self._draft.state

    @property
    def data(self) -> Mapping[str, Json]:
        """What was put into the reminder that is due; empty for other events."""
        return self.event.data.data if isinstance(self.event.data, BotReminder) else {}

    # ---- configuration -------------------------------------------------------------------------------

    async def config(self, name: str) -> Mapping[str, Any]:
        """A document of the configuration: the version that this chat has pinned, else the newest.

        Raises UnknownConfiguration, GatewayUnreachable.
        """
        return (await self._documents.get(name, self._pinned().get(name))).body

    async def pin(self, name: str) -> int:
        """From now on this chat has the version that is the newest now, until `unpin`; which one it is.

        Pinned again it stays with what it has. Forgotten with the rest of the state by `state.clear()`.
        """
        version = self._pinned().get(name)
        if version is None:
            version = (await self._documents.get(name)).version
            self.state[_PINNED] = {**self._pinned(), name: version}
        return version

    def unpin(self, name: str) -> None:
        """This chat has the newest version again."""
        left: dict[str, Json] = {key: it for key, it in self._pinned().items() if key != name}
        if left:
            self.state[_PINNED] = left
        else:
            self.state.pop(_PINNED, None)

    def _pinned(self) -> dict[str, int]:
        found = self.state.get(_PINNED)
        pinned = found if isinstance(found, dict) else {}
        return {name: it for name, it in pinned.items() if isinstance(it, int)}

    # ---- the step ------------------------------------------------------------------------------------

    async def reply(self, content: str | Content, **options: Unpack[SendOptions]) -> None:
        """Answer in this chat, by a text or any other content. Goes out with the step."""
        self._draft.sends.append(to_json(content, options))

    async def react(self, emoji: str) -> None:
        """React to this message; an empty emoji takes the reaction back. Goes out with the step."""
        if isinstance(self.event.data, MessageReceived):
            await self.reply(Reaction(self.event.data.message_id, emoji))

    async def send(
        self, to: str, content: str | Content, *, session: str | None = None, **options: Unpack[SendOptions]
    ) -> None:
        """Write to somebody else, from another session where one is named. Goes out with the step."""
        message: dict[str, Json] = {**to_json(content, options), "to": to}
        self._draft.sends.append(message if session is None else {**message, "session": session})

    def remind(
        self,
        name: str,
        *,
        at: datetime | None = None,
        after: timedelta | None = None,
        data: Mapping[str, Json] | None = None,
    ) -> None:
        """Have the handler of `@bot.reminder(name)` called for this chat at a time, or after one.

        The same name again moves it. Raises ValueError without a time, or for one without a time zone.
        """
        if (at is None) == (after is None):
            raise ValueError("a reminder has either `at` or `after`")
        due = self.now + after if after is not None else at
        if due is None or due.tzinfo is None:
            raise ValueError("the time of a reminder has no time zone")
        self._draft.reminders[name] = Reminder(name, due, data or {})

    def forget(self, name: str) -> None:
        """No reminder of this name any more. Harmless where there is none."""
        self._draft.reminders[name] = Reminder(name, None)

    def hand_over(self, note: str = "", until: datetime | None = None) -> None:
        """A human takes the chat over: after this step the bots are silent in it, until it is given back."""
        self._draft.hand_over = HandOver(note, until)

    @property
    def is_handed_over(self) -> bool:
        """Whether this step hands the chat over."""
        return self._draft.hand_over is not None

    def act(self, name: str, body: Mapping[str, Json]) -> None:
        """Have an application of the gateway do something in the same transaction.

        Where it refuses, the step is refused: the handler is called again, with the refusal in `refused`.
        """
        self._draft.acts.append(Act(name, body))

    # ---- at once -------------------------------------------------------------------------------------

    async def reply_now(self, content: str | Content, **options: Unpack[SendOptions]) -> Sent | None:
        """Answer before the handler is done. None when an earlier run of it has said something else here.

        The n-th of these answers to one event goes out once, however often the event is handled.
        """
        self._at_once += 1
        part = self.bot if self._at_once == 1 else f"{self.bot}.{self._at_once}"
        try:
            return await self.client.reply(self.event, content, part=part, **options)
        except IdempotencyConflict:
            return None

    async def reply_once(self, text: str, topic: str = "greeting") -> Sent | None:
        """Say this once per chat and topic, forever: the gateway's idempotency key remembers it.

        At once. None when it was said before with another text.
        """
        key = f"once:{self.bot}:{topic}:{self.event.chat}"
        try:
            return await self.client.send(self.event.session_id, self.event.chat, text, idempotency_key=key)
        except IdempotencyConflict:
            return None

    # ---- for routers and the runner ------------------------------------------------------------------

    def mark(self) -> object:
        """What the step holds now, for `back_to`."""
        return self._draft.copy()

    def back_to(self, mark: object) -> None:
        """Forget what was done since `mark`."""
        assert isinstance(mark, _Draft)
        self._draft = mark.copy()

    def step(self, subscription: str) -> Step | None:
        """The step that was made, None when there is nothing in it."""
        it, was = self._draft, self._remembered
        changed = it.state != dict(was.data)
        if not (changed or it.sends or it.reminders or it.hand_over or it.acts):
            return None
        return Step(
            subscription=subscription,
            event_id=self.event.event_id,
            session=self.event.session_id,
            chat=self.event.chat,
            bot=self.bot,
            sends=it.sends,
            state=(was.version, it.state) if changed else None,
            reminders=tuple(it.reminders.values()),
            hand_over=it.hand_over,
            acts=it.acts,
        )

    def given_up(self, subscription: str, error: str, attempts: int, detail: str) -> Step:
        """The step of an event that could not be handled: nothing but that."""
        return Step(
            subscription=subscription,
            event_id=self.event.event_id,
            session=self.event.session_id,
            chat=self.event.chat,
            bot=self.bot,
            failed=Failed(error, attempts, detail),
        )
