"""The alerts' door: channels, rules, history, and the work itself."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from holdfast.alerts import channels, repository, statements
from holdfast.alerts.channels import Channel, NumberTarget, Target, UrlTarget, Wishes
from holdfast.alerts.delivering import Delivering
from holdfast.alerts.intake import GATHER_S, Intake
from holdfast.alerts.ledger import Alert, Ledger, Subject
from holdfast.alerts.rules import DEFAULTS, Rule, Signal
from holdfast.alerts.text import test_letter
from holdfast.alerts.ways import Post, Sessions, Ways
from holdfast.journal import Journal
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.model.address import parse_recipient
from holdfast.model.alerts import ChannelKind, Delivery, Told
from holdfast.model.errors import (
    RecipientInvalid,
    RequestInvalid,
    UnknownAlertChannel,
    UnknownAlertDelivery,
    UnknownAlertRule,
)
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Row, Store, WriteUnit
from holdfast.vault import Seal

log = logging.get("alerts")

#: Each may hold a program of its own for half a minute.
_MOST_CHANNELS: Final = 50
_KEEP_DAYS: Final = 90
_SWEEP_EVERY_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Notified:
    """One telling of an alert on one channel, and what became of it."""

    delivery_id: str
    alert_id: str
    channel: str
    told: Told
    state: Delivery
    at_ms: int
    next_at_ms: int
    attempts: int
    error_code: str | None
    error_detail: str | None
    sent_at_ms: int | None

    @classmethod
    def read(cls, row: Row) -> "Notified":
        """From the database."""
        id_, alert_id, channel, told, state, *rest = row
        return cls(id_, alert_id, channel, Told(told), Delivery(state), *rest)


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert of the history, and who was told of it."""

    alert: Alert
    notified: Sequence[Notified]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A channel as it is asked for."""

    tenant_id: TenantId
    name: str
    kind: ChannelKind
    target: Target
    shown: str
    wishes: Wishes


class Alerts:
    """The alerts of one gateway."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        ways: Ways,
        sessions: Sessions,
        seal: Seal,
        *,
        home: TenantId,
        lab: bool = False,
        clock: Clock = now_ms,
        gather_s: float = GATHER_S,
    ) -> None:
        self._store, self._sessions, self._seal, self._clock, self._lab = store, sessions, seal, clock, lab
        self._ways = ways
        self._delivering = Delivering(store, ways, home, clock, lab=lab)
        self._intake = Intake(store, journal, home, clock, self._delivering.wake, gather_s=gather_s)

    async def run(self) -> None:
        """Work until cancelled. Nothing that goes wrong in here ends anything else."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._delivering.run())
            tasks.create_task(self._intake.run())
            tasks.create_task(self._sweep())

    async def hear(self, tenant_id: TenantId, subject: Subject, signal: Signal) -> None:
        """Something other than a session begins or ends to need a human. Raises StoreUnavailable."""

        def heard(unit: WriteUnit) -> bool:
            ledger = Ledger(unit, tenant_id, self._clock())
            ledger.hear(subject, [signal])
            return ledger.told

        if await self._store.write(heard):
            self._delivering.wake()

    # ---- channels ----------------------------------------------------------------------------------------

    async def channels(self, tenant_id: TenantId) -> Sequence[Channel]:
        """Every channel by name. Raises StoreUnavailable."""
        return await self._store.read(partial(repository.channels, tenant_id=tenant_id))

    async def put_url(self, tenant_id: TenantId, name: str, url: str, wishes: Wishes) -> Channel:
        """The channel of this name leads to this service from now on. Idempotent.

        Raises AlertUrlInvalid, AlertTargetInternal, RequestInvalid, StoreUnavailable.
        """
        channels.check_name(name)
        channels.check_url(url)
        await self._ways.look_at(url, internal=wishes.internal)
        target = UrlTarget(url)
        made = _Wanted(tenant_id, name, ChannelKind.URL, target, channels.shown_url(url), wishes)
        return await self._put(made)

    async def put_number(
        self, tenant_id: TenantId, name: str, session: str, to: str, wishes: Wishes
    ) -> Channel:
        """The channel of this name is a text from this session to that number from now on. Idempotent.

        Raises UnknownSession, RecipientInvalid, RequestInvalid, StoreUnavailable.
        """
        channels.check_name(name)
        found, jid = self._sessions.resolve(tenant_id, session), parse_recipient(to)
        if jid is None:
            raise RecipientInvalid
        target = NumberTarget(found.session_id, jid)
        shown = f"{found.name} → {to}"
        return await self._put(_Wanted(tenant_id, name, ChannelKind.NUMBER, target, shown, wishes))

    async def change(self, tenant_id: TenantId, name: str, wishes: Wishes) -> Channel:
        """The channel of this name keeps its target. Raises UnknownAlertChannel, StoreUnavailable."""

        def keep(unit: WriteUnit) -> Channel:
            changed = replace(_named(unit, tenant_id, name), wishes=wishes)
            self._keep(unit, changed)
            return changed

        changed = await self._store.write(keep)
        self._delivering.wake()
        return changed

    async def remove(self, tenant_id: TenantId, name: str) -> None:
        """Forget a channel and what it had to tell. Raises UnknownAlertChannel, StoreUnavailable."""

        def forget(unit: WriteUnit) -> None:
            there = _named(unit, tenant_id, name)
            unit.run(statements.DELETE_DELIVERIES, channel_id=there.channel_id)
            unit.run(statements.DELETE_CHANNEL, tenant_id=tenant_id, id=there.channel_id)

        await self._store.write(forget)

    async def test(self, tenant_id: TenantId, name: str) -> None:
        """Send a test by this channel, now; returns when its service has taken it.

        Raises UnknownAlertChannel, AlertChannelFailed, AlertChannelSilent, AlertTargetInternal,
        NotConnected, StoreUnavailable.
        """
        channel = await self._store.read(lambda unit: _named(unit, tenant_id, name))
        reference = new_id("alt")
        made = test_letter(channel.name, reference, lab=self._lab)
        await self._ways.send(channel, Post(made, reference, self._clock()))

    async def _put(self, wanted: "_Wanted") -> Channel:
        def keep(unit: WriteUnit) -> Channel:
            all_of_them = repository.channels(unit, wanted.tenant_id)
            there = next((it for it in all_of_them if it.name == wanted.name), None)
            if there is None and len(all_of_them) >= _MOST_CHANNELS:
                raise RequestInvalid(f"There are {_MOST_CHANNELS} channels already; remove one first")
            id_ = new_id("alc") if there is None else there.channel_id
            made = Channel(
                id_,
                wanted.tenant_id,
                wanted.name,
                wanted.kind,
                wanted.shown,
                wanted.wishes,
                self._clock() if there is None else there.created_at_ms,
                self._seal.close(channels.write_target(wanted.target), id_),
            )
            self._keep(unit, made)
            return made

        made = await self._store.write(keep)
        self._delivering.wake()
        log.info("alerts.channel_set", channel=made.name, kind=made.kind.value, shown=made.shown)
        return made

    def _keep(self, unit: WriteUnit, channel: Channel) -> None:
        repository.put_channel(unit, channel)
        # What waited for the old address, or for quiet hours that were others, is looked at again.
        unit.run(statements.HASTEN, channel_id=channel.channel_id, now=self._clock())

    # ---- rules -------------------------------------------------------------------------------------------

    async def rules(self, tenant_id: TenantId) -> Mapping[str, Rule]:
        """Every rule by its cause, as it holds now. Raises StoreUnavailable."""
        return await self._store.read(partial(repository.rules, tenant_id=tenant_id))

    async def put_rule(self, tenant_id: TenantId, cause: str, rule: Rule) -> None:
        """This rule holds from now on. Raises UnknownAlertRule, StoreUnavailable."""
        _check_cause(cause)
        await self._store.write(partial(repository.put_rule, tenant_id=tenant_id, cause=cause, rule=rule))

    async def reset_rule(self, tenant_id: TenantId, cause: str) -> None:
        """The shipped rule holds again. Raises UnknownAlertRule, StoreUnavailable."""
        _check_cause(cause)
        await self._store.write(
            lambda unit: unit.run(statements.DELETE_RULE, tenant_id=tenant_id, cause=cause)
        )

    # ---- history -----------------------------------------------------------------------------------------

    async def history(
        self, tenant_id: TenantId, *, before: str = "", only_open: bool = False, most: int = 50
    ) -> Sequence[Entry]:
        """Alerts that were told, newest first, each with its notifications. Raises StoreUnavailable."""

        def look(unit: ReadUnit) -> Sequence[Entry]:
            rows = unit.all(
                statements.HISTORY,
                tenant_id=tenant_id,
                before=before,
                only_open=int(only_open),
                most=most,
            )
            alerts = [Alert.read(row) for row in rows]
            told: dict[str, list[Notified]] = {it.alert_id: [] for it in alerts}
            for row in unit.keyed(statements.DELIVERIES, [(it.alert_id,) for it in alerts]):
                notified = Notified.read(row)
                told[notified.alert_id].append(notified)
            return [Entry(it, told[it.alert_id]) for it in alerts]

        return await self._store.read(look)

    async def dead(self, tenant_id: TenantId, *, most: int = 50) -> Sequence[Notified]:
        """Notifications that were given up, newest first. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.DEAD, tenant_id=tenant_id, most=most))
        return [Notified.read(row) for row in rows]

    async def again(self, tenant_id: TenantId, delivery_id: str = "") -> int:
        """Try one notification that was given up again, or every one; how many.

        Raises UnknownAlertDelivery when there is no such one, StoreUnavailable.
        """
        values = {"tenant_id": tenant_id, "id": delivery_id, "now": self._clock()}
        revived = await self._store.write(lambda unit: unit.run(statements.REVIVE, **values))
        if delivery_id and not revived:
            raise UnknownAlertDelivery
        self._delivering.wake()
        return revived

    async def _sweep(self) -> None:
        """Once an hour, what ended long ago leaves."""
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            try:
                await self._store.write(partial(_forget, older_than=self._clock() - _KEEP_DAYS * 86_400_000))
            except Exception:
                log.exception("alerts.sweep_failed")


def _named(unit: ReadUnit, tenant_id: TenantId, name: str) -> Channel:
    found = next((it for it in repository.channels(unit, tenant_id) if it.name == name), None)
    if found is None:
        raise UnknownAlertChannel
    return found


def _check_cause(cause: str) -> None:
    if cause not in DEFAULTS:
        raise UnknownAlertRule


def _forget(unit: WriteUnit, older_than: int) -> None:
    unit.run(statements.FORGET, older_than=older_than)
    unit.run(statements.FORGET_DELIVERIES)
