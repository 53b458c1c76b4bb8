"""The room's door: a bot's step in one transaction, and what bots remember."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.delivery import Consumer, place_of
from holdfast.journal import Draft, Journal
from holdfast.kit import killpoint
from holdfast.kit.clock import Clock, now_ms
from holdfast.messages import Message
from holdfast.model.content import Json
from holdfast.model.errors import HoldfastError, UnknownAct, UnknownEvent
from holdfast.model.events import BotFailed
from holdfast.model.ids import SessionId, TenantId
from holdfast.outbox import Checked, Outbox
from holdfast.steps import statements, states
from holdfast.steps.handovers import Handovers
from holdfast.steps.reminders import Reminders
from holdfast.steps.step import ChatRef, Done, Remembered, StateChange, Step, StepEvent, check_name, packed
from holdfast.store import ReadUnit, Store, WriteUnit, aliases
from holdfast.store.store import FEW

#: What an application of the gateway does inside of a step. It may raise a HoldfastError, which refuses the
#: step.
Act = Callable[[WriteUnit, StepEvent, Mapping[str, Json]], Mapping[str, Json]]

_DETAIL: Final = 500


class Steps:
    """The steps of every bot of one gateway."""

    def __init__(self, store: Store, journal: Journal, outbox: Outbox, clock: Clock = now_ms) -> None:
        self._store, self._journal, self._outbox, self._clock = store, journal, outbox, clock
        self._acts: dict[str, Act] = {}
        self.reminders = Reminders(store, journal, clock)
        self.handovers = Handovers(store, journal, self.reminders, clock)

    def register(self, name: str, act: Act) -> None:
        """Let steps ask for this act. For applications, where they are mounted."""
        self._acts[name] = act

    async def commit(self, consumer: Consumer, step: Step) -> Done:
        """Do a step once: its messages accepted, its state kept, its event done, in one commit.

        The same event again: `repeated`, and nothing happens. Raises what a message is refused for,
        UnknownSubscription, Forbidden, UnknownEvent, StateConflict, UnknownAct, what an act raises,
        RequestInvalid; StoreUnavailable: repeat.
        """
        check_name("bot", step.bot)
        for reminder in step.reminders:
            check_name("reminder", reminder.name)
            packed(reminder.data)
        messages = self._outbox.checked(step.sends)
        work = partial(self._commit, consumer=consumer, step=step, messages=messages)
        done = await self._store.write(work, short=len(messages) <= FEW)
        killpoint.pass_("step_committed")
        return done

    async def states(self, wanted: Sequence[ChatRef], bot: str) -> list[Remembered]:
        """What a bot remembers of these chats, in their order. Raises StoreUnavailable."""
        return await self._store.read(
            partial(states.remembered, wanted=wanted, bot=bot, now_ms=self._clock())
        )

    async def done_after(self, tenant_id: TenantId, subscription: str, after: int) -> frozenset[str]:
        """The events after a place that this subscription's bots are done with. Raises StoreUnavailable."""

        def look(unit: ReadUnit) -> frozenset[str]:
            rows = unit.all(
                statements.DONE_AFTER, tenant_id=tenant_id, subscription=subscription, after=after
            )
            return frozenset(str(row[0]) for row in rows)

        return await self._store.read(look)

    async def forget(self, at: ChatRef, bot: str) -> None:
        """Have a bot forget a chat: its next message finds no state. Raises StoreUnavailable."""

        def clear(unit: WriteUnit) -> None:
            found = states.find(unit, at, bot)
            if found is not None and found.data_json is not None:
                states.keep(unit, at, bot, StateChange(found.version, None), self._clock)

        await self._store.write(clear)

    def session_deleted(self, unit: WriteUnit, session_id: SessionId) -> None:
        """Forget everything about a session's chats, in the unit that deletes it."""
        for statement in (statements.STATES_GO, statements.REMINDERS_GO, statements.HANDOVERS_GO):
            unit.run(statement, session_id=session_id)

    async def run(self) -> None:
        """Tell what becomes due, until cancelled."""
        await self.reminders.run()

    def _commit(self, unit: WriteUnit, consumer: Consumer, step: Step, messages: Sequence[Checked]) -> Done:
        if self._was_done(unit, consumer, step):
            found = states.find(unit, step.at, step.bot)
            return Done(repeated=True, version=0 if found is None else found.version)
        session, now = step.at.session, self._clock()
        chat = aliases.canonical(unit, session.session_id, step.at.chat)
        at = replace(step.at, chat=chat)
        held = states.with_human(unit, at, now)
        version = 0
        if step.state is not None:
            version = states.keep(unit, at, step.bot, step.state, self._clock)
        sent = self._send(unit, chat, messages, held=held)
        about = StepEvent(session.tenant_id, session.session_id, session.phone, chat, step.event_id, step.bot)
        acts = tuple(self._act(call.name)(unit, about, call.body) for call in step.acts)
        self.reminders.change(unit, at, step.bot, step.reminders)
        if step.hand_over is not None:
            self.handovers.take(unit, at, f"bot:{step.bot}", step.hand_over)
        if step.failed is not None:
            self._tell_failed(unit, about, step)
        return Done(repeated=False, version=version, messages=sent, acts=acts, handed_over=held)

    def _was_done(self, unit: WriteUnit, consumer: Consumer, step: Step) -> bool:
        """Whether this event was done before; from now on it is."""
        place = place_of(unit, consumer, step.subscription)
        key = {"tenant_id": consumer.tenant_id, "event_id": step.event_id}
        row = unit.first(statements.EVENT, **key)
        if row is None or row[1] != step.at.session.session_id:
            raise UnknownEvent
        position, key = int(row[0]), {**key, "subscription": step.subscription}
        if position <= place.position or unit.first(statements.DONE, **key) is not None:
            return True
        unit.run(statements.ADD, **key, position=position)
        return False

    def _send(
        self, unit: WriteUnit, chat: str, messages: Sequence[Checked], *, held: bool
    ) -> tuple[Message | None, ...]:
        wanted = [each for each in messages if not (held and _goes_to(unit, each, chat))]
        answers = iter(self._outbox.take(unit, wanted))
        sent: list[Message | None] = []
        for each in messages:
            answer = next(answers) if each in wanted else None
            if isinstance(answer, HoldfastError):
                raise answer
            sent.append(answer)
        return tuple(sent)

    def _act(self, name: str) -> Act:
        act = self._acts.get(name)
        if act is None:
            raise UnknownAct(f"No application of the gateway knows the act {name!r}")
        return act

    def _tell_failed(self, unit: WriteUnit, about: StepEvent, step: Step) -> None:
        assert step.failed is not None
        told = BotFailed(
            bot=step.bot,
            chat=about.chat,
            event_id=step.event_id,
            error=step.failed.error[:_DETAIL],
            attempts=step.failed.attempts,
            detail=step.failed.detail[:_DETAIL],
        )
        self._journal.append_many(unit, [Draft(about.session_id, about.tenant_id, told)])


def _goes_to(unit: ReadUnit, message: Checked, chat: str) -> bool:
    return aliases.canonical(unit, message.request.session.session_id, message.jid) == chat
