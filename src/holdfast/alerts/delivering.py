"""Tells channels what waits for them: each in a task of its own, so that none waits for another."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.alerts import policy, repository, statements
from holdfast.alerts.channels import Channel
from holdfast.alerts.ledger import Ledger, Subject
from holdfast.alerts.quiet import zone_of
from holdfast.alerts.rules import Signal, Turn
from holdfast.alerts.text import Telling, letter
from holdfast.alerts.ways import Post, Ways
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock
from holdfast.kit.ids import new_id
from holdfast.model.alerts import Cause, Severity, Told
from holdfast.model.errors import AlertChannelFailed, HoldfastError, StoreUnavailable
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Row, Store, WriteUnit

log = logging.get("alerts")

#: Looks at the queue at least so often: a clock may have been set.
_LOOK_EVERY_S: Final = 60.0
_STORE_AGAIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One row of a channel's queue."""

    delivery_id: str
    batch_id: str | None
    attempts: int
    telling: Telling

    @classmethod
    def read(cls, row: Row) -> "_Waiting":
        id_, batch_id, attempts, alert_id, told, severity, *rest = row
        telling = Telling(alert_id, Told(told), Severity(severity), *rest)
        return cls(id_, batch_id, attempts, telling)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What goes out as one message."""

    batch_id: str
    attempts: int
    tellings: Sequence[Telling]


class Delivering:
    """The queue of every channel of a tenant."""

    def __init__(
        self,
        store: Store,
        ways: Ways,
        tenant_id: TenantId,
        clock: Clock,
        *,
        lab: bool,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._ways, self._tenant_id, self._clock = store, ways, tenant_id, clock
        self._lab, self._roll = lab, roll
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something waits, or the channels are others now."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until cancelled. What goes wrong with one channel stays with it."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                wait_s = _LOOK_EVERY_S
                try:
                    wait_s = await self._look(tasks)
                except StoreUnavailable:
                    wait_s = _STORE_AGAIN_S
                except Exception:
                    log.exception("alerts.look_failed")
                try:
                    async with asyncio.timeout(wait_s):
                        await self._news.wait()
                except TimeoutError:
                    pass

    async def _look(self, tasks: asyncio.TaskGroup) -> float:
        """Begin what is due; how long nothing else will be."""
        now = self._clock()
        channels, due = await self._store.read(partial(_queues, tenant_id=self._tenant_id))
        wait_s = _LOOK_EVERY_S
        for channel in channels:
            next_at_ms = due.get(channel.channel_id)
            if next_at_ms is None or channel.channel_id in self._busy:
                continue
            if next_at_ms <= now or next_at_ms > now + policy.LONGEST_WAIT_MS:
                self._busy[channel.channel_id] = tasks.create_task(self._serve(channel))
            else:
                wait_s = min(wait_s, (next_at_ms - now) / 1000)
        return wait_s

    async def _serve(self, channel: Channel) -> None:
        try:
            batch = await self._store.write(partial(self._begin, channel=channel))
            if batch is not None:
                await self._send(channel, batch)
        except StoreUnavailable:
            await asyncio.sleep(_STORE_AGAIN_S)
        except Exception:
            log.exception("alerts.channel_broke", channel=channel.name)
            await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            del self._busy[channel.channel_id]
            self.wake()

    def _begin(self, unit: WriteUnit, channel: Channel) -> _Batch | None:
        """Choose what goes out together. A message that was begun is repeated as it was."""
        now = self._clock()
        unit.run(statements.CLAMP_NEXT, latest=now + policy.LONGEST_WAIT_MS)
        found = unit.all(statements.WAITING, channel_id=channel.channel_id, now=now)
        waiting = [_Waiting.read(row) for row in found]
        begun = waiting[0].batch_id if waiting else None
        chosen = [it for it in waiting if it.batch_id == begun]
        if not chosen:
            return None
        tellings = [it.telling for it in chosen]
        later = policy.waits_until(channel, tellings, now)
        if later is not None:
            unit.run_many(statements.POSTPONE, [{"id": it.delivery_id, "next_at_ms": later} for it in chosen])
            return None
        batch_id = begun or new_id("alb")
        if begun is None:
            unit.run_many(statements.BEGIN, [{"id": it.delivery_id, "batch_id": batch_id} for it in chosen])
        return _Batch(batch_id, max(it.attempts for it in chosen), tellings)

    async def _send(self, channel: Channel, batch: _Batch) -> None:
        quiet = channel.wishes.quiet
        zone = ZoneInfo("UTC") if quiet is None else zone_of(quiet.zone)
        made = letter(batch.tellings, batch.batch_id, zone, lab=self._lab)
        error: HoldfastError | None = None
        try:
            await self._ways.send(channel, Post(made, batch.batch_id, batch.tellings[0].at_ms))
        except HoldfastError as exc:
            error = exc
        except Exception as exc:
            log.exception("alerts.way_broke", channel=channel.name)
            error = AlertChannelFailed(type(exc).__name__)
        killpoint.pass_("alert_sent")
        while True:
            try:
                await self._store.write(partial(self._keep, channel=channel, batch=batch, error=error))
                break
            except StoreUnavailable:
                await asyncio.sleep(_STORE_AGAIN_S)
        count = len(batch.tellings)
        if error is None:
            log.info("alerts.told", channel=channel.name, alerts=count, reference=batch.batch_id)
        else:
            log.warning("alerts.not_told", channel=channel.name, alerts=count, error=str(error))

    def _keep(self, unit: WriteUnit, channel: Channel, batch: _Batch, error: HoldfastError | None) -> None:
        now = self._clock()
        subject, cause = Subject(channel.channel_id, channel.name), Cause.CHANNEL_FAILING.value
        ledger = Ledger(unit, self._tenant_id, now)
        if error is None:
            unit.run(statements.SENT, batch_id=batch.batch_id, now=now)
            unit.run(statements.HASTEN, channel_id=channel.channel_id, now=now)
            ledger.hear(subject, [Signal(cause, Turn.CLEARED)])
            return
        failure = policy.failed(error, batch.attempts, now, self._roll())
        unit.run(
            statements.FAILED,
            batch_id=batch.batch_id,
            state=failure.state.value,
            next_at_ms=failure.next_at_ms,
            error_code=error.code,
            error_detail=error.detail,
        )
        if failure.failing:
            ledger.hear(subject, [Signal(cause, Turn.RAISED, error.message)])


def _queues(unit: ReadUnit, tenant_id: TenantId) -> tuple[Sequence[Channel], dict[str, int]]:
    due = {channel_id: int(at) for channel_id, at in unit.all(statements.NEXT_OF_CHANNELS)}
    return repository.channels(unit, tenant_id) if due else (), due
