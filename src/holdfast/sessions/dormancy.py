"""The phone's own silence: WhatsApp unlinks the companions of a phone that was not seen for 14 days.

No stanza says when a phone was there last. What it sends itself, messages and receipts, is all that a
companion sees: a phone that is used shows itself every day, one that lies in a drawer does not. The countdown
is kept in the database, so that a restart neither begins it again nor repeats a warning.

Source: docs/wire.md 2.14.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from typing import Final

from holdfast.journal import Draft, Journal
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import StoreUnavailable
from holdfast.model.events import SessionWarning
from holdfast.model.ids import SessionId
from holdfast.model.warnings import WarningCode
from holdfast.sessions import statements
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.view import phone_text
from holdfast.store import ReadUnit, Store, WriteUnit

log = logging.get("sessions")

DAY_MS: Final = 86_400_000
WARNED_FROM: Final = 10
DAILY_FROM: Final = 12
UNLINKED_AFTER: Final = 14
#: A connection has to be up for so long: what the phone sent meanwhile waits in WhatsApp's queue.
_SETTLED_MS: Final = 600_000
#: Signs of a phone come with every message; so often one is written down.
_KEPT_EVERY_MS: Final = 3_600_000
_LOOK_EVERY_S: Final = 60.0


class Verdict(Enum):
    """What is to be told."""

    NOTHING = auto()
    DORMANT = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    """The phone of one link. `jid` names the link: a new one is proof that the phone was there."""

    jid: str
    seen_ms: int
    #: The day of the newest warning; 0: none stands.
    told_day: int = 0

    def day(self, now_ms: int) -> int:
        """For how many whole days it was not seen. A clock that was set back makes none."""
        return max(0, now_ms - self.seen_ms) // DAY_MS


def decide(it: PhoneSeen, now_ms: int) -> Verdict:
    """Warn from day 10, and every day from day 12; say that it is over when the phone was seen again."""
    day = it.day(now_ms)
    if day < WARNED_FROM:
        return Verdict.OVER if it.told_day else Verdict.NOTHING
    if it.told_day == 0 or (day >= DAILY_FROM and day > it.told_day):
        return Verdict.DORMANT
    return Verdict.NOTHING


class Dormancy:
    """Watches the phone of every session of a roster."""

    def __init__(self, store: Store, journal: Journal, roster: Roster, clock: Clock = now_ms) -> None:
        self._store, self._journal, self._roster, self._clock = store, journal, roster, clock
        self._kept: dict[SessionId, PhoneSeen] | None = None

    async def run(self) -> None:
        """Look every minute until cancelled. What cannot be written now is told at a later look."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                pass
            except Exception:
                log.exception("sessions.dormancy_failed")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self) -> None:
        """Tell what is due. Raises StoreUnavailable: nothing was told."""
        if self._kept is None:
            self._kept = dict(await self._store.read(_load))
        now, changed, drafts = self._clock(), {}, []
        for runtime in self._roster.index:
            before = self._kept.get(runtime.id)
            after, draft = self._look_at(runtime, before, now)
            if draft is not None:
                drafts.append(draft)
            if after is not None and (draft is not None or _worth_keeping(before, after)):
                changed[runtime.id] = after
        if changed:
            await self._store.write(partial(self._keep, changed=changed, drafts=drafts))
            self._kept |= changed

    def _look_at(
        self, runtime: Runtime, kept: PhoneSeen | None, now: int
    ) -> tuple[PhoneSeen | None, Draft | None]:
        jid = runtime.record.jid
        if jid is None:
            return None, None
        if kept is None or kept.jid != jid:
            linked = PhoneSeen(jid, now)
            stands = kept is not None and kept.told_day > 0
            return linked, self._warning(runtime, linked, now, active=False) if stands else None
        seen = replace(kept, seen_ms=min(now, max(kept.seen_ms, runtime.phone_seen_ms)))
        runtime.phone_seen_ms = seen.seen_ms  # a process that has just begun shows what is known
        if not self._settled(runtime):
            return seen, None
        verdict = decide(seen, now)
        if verdict is Verdict.NOTHING:
            return seen, None
        told = replace(seen, told_day=seen.day(now) if verdict is Verdict.DORMANT else 0)
        return told, self._warning(runtime, seen, now, active=verdict is Verdict.DORMANT)

    def _settled(self, runtime: Runtime) -> bool:
        """What waited at WhatsApp has been handed over."""
        up_since_ms = runtime.session.up_since_ms
        return up_since_ms is not None and self._roster.now - up_since_ms >= _SETTLED_MS

    def _warning(self, runtime: Runtime, it: PhoneSeen, now: int, *, active: bool) -> Draft:
        name = "session.phone_dormant" if active else "session.phone_seen_again"
        log.log(30 if active else 20, name, session=runtime.name, days=it.day(now))
        warning = SessionWarning(
            WarningCode.PHONE_DORMANT,
            active,
            it.seen_ms,
            phone_text(runtime.record.phone),
            max(0, now - it.seen_ms) // 1000,
            UNLINKED_AFTER * DAY_MS // 1000,
        )
        return Draft(runtime.id, runtime.record.tenant_id, warning)

    def _keep(self, unit: WriteUnit, changed: Mapping[SessionId, PhoneSeen], drafts: Sequence[Draft]) -> None:
        rows = [
            {"session_id": id_, "jid": it.jid, "seen_ms": it.seen_ms, "told_day": it.told_day}
            for id_, it in changed.items()
        ]
        unit.run_many(statements.KEEP_PHONE, rows)
        self._journal.append_many(unit, drafts)


def _worth_keeping(before: PhoneSeen | None, after: PhoneSeen) -> bool:
    return before is None or before.jid != after.jid or after.seen_ms - before.seen_ms >= _KEPT_EVERY_MS


def _load(unit: ReadUnit) -> Mapping[SessionId, PhoneSeen]:
    return {
        SessionId(session_id): PhoneSeen(jid, seen_ms, told_day)
        for session_id, jid, seen_ms, told_day in unit.all(statements.PHONES)
    }
