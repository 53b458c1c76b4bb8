"""The countdown of a phone that is not seen: when it is told, and that no restart begins it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from holdfast.journal import Journal
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.sessions import Dormancy
from holdfast.sessions.dormancy import DAY_MS, PhoneSeen, Verdict, decide
from holdfast.sessions.roster import Roster
from holdfast.store import Store
from rooms import add_session, told

NOON = 1_795_003_200_000
HOUR = 3_600_000


def days(count: float, told_day: int = 0) -> Verdict:
    return decide(PhoneSeen("jid", NOON, told_day), NOON + round(count * DAY_MS))


@pytest.mark.parametrize(
    ("count", "told_day", "verdict"),
    [
        (0, 0, Verdict.NOTHING),
        (9.99, 0, Verdict.NOTHING),
        (10, 0, Verdict.DORMANT),
        (10.5, 10, Verdict.NOTHING),
        (11, 10, Verdict.NOTHING),
        (12, 10, Verdict.DORMANT),
        (12.9, 12, Verdict.NOTHING),
        (13, 12, Verdict.DORMANT),
        (14, 13, Verdict.DORMANT),
        (15, 14, Verdict.DORMANT),
        (20, 0, Verdict.DORMANT),
        (1, 13, Verdict.OVER),
        (-30, 0, Verdict.NOTHING),
    ],
)
def test_from_day_10_and_daily_from_12(count: float, told_day: int, verdict: Verdict) -> None:
    assert days(count, told_day) is verdict


@dataclass
class Stand:
    """One session's phone through days and restarts."""

    store: Store
    journal: Journal
    now: int = NOON
    up: bool = True
    runtime: Any = field(
        default_factory=lambda: SimpleNamespace(
            id=SessionId("ses_a"),
            name="office",
            phone_seen_ms=0,
            record=SimpleNamespace(jid="4900000:3@s.whatsapp.net", phone="4900000", tenant_id=DEFAULT_TENANT),
            session=SimpleNamespace(up_since_ms=0),
        )
    )

    def start(self) -> None:
        """A process begins: it has not seen the phone."""
        self.runtime.phone_seen_ms = 0
        roster = cast(Roster, SimpleNamespace(index=[self.runtime], now=self.now))
        self.dormancy = Dormancy(self.store, self.journal, roster, lambda: self.now)

    async def pass_days(self, count: int) -> None:
        """Look every six hours; restart every day."""
        for hour in range(0, 24 * count, 6):
            self.now += 6 * HOUR
            if hour % 24 == 0:
                self.start()
            self.runtime.session.up_since_ms = 0 if self.up else None
            await self.dormancy.look()

    async def told(self) -> Sequence[tuple[bool, int]]:
        """What was told: does it hold, and after how many days."""
        found = await told(self.journal, "session.warning")
        return [(it["active"], it["measured"] // 86_400) for it in found]


@pytest.fixture
async def stand(store: Store, journal: Journal) -> Stand:
    await add_session(store, "ses_a")
    made = Stand(store, journal)
    made.start()
    await made.dormancy.look()
    return made


async def test_a_phone_in_a_drawer_is_told_of_through_daily_restarts(stand: Stand) -> None:
    await stand.pass_days(15)
    assert await stand.told() == [(True, 10), (True, 12), (True, 13), (True, 14), (True, 15)]


async def test_a_phone_that_is_used_is_never_told_of(stand: Stand) -> None:
    for _ in range(30):
        await stand.pass_days(1)
        stand.runtime.phone_seen_ms = stand.now
        await stand.dormancy.look()
    assert await stand.told() == []


async def test_seen_again_it_is_over_and_begins_anew(stand: Stand) -> None:
    await stand.pass_days(12)
    stand.runtime.phone_seen_ms = stand.now
    await stand.dormancy.look()
    await stand.pass_days(9)
    assert await stand.told() == [(True, 10), (True, 12), (False, 0)]
    await stand.pass_days(1)
    assert (await stand.told())[3:] == [(True, 10)]


async def test_while_it_is_not_connected_nobody_can_know(stand: Stand) -> None:
    stand.up = False
    await stand.pass_days(13)
    assert await stand.told() == []
    # What the phone sent meanwhile comes with the backlog.
    stand.up, stand.runtime.phone_seen_ms = True, stand.now - HOUR
    await stand.dormancy.look()
    assert await stand.told() == []


async def test_a_new_link_is_proof_of_the_phone(stand: Stand) -> None:
    await stand.pass_days(11)
    stand.runtime.record.jid = "4900000:4@s.whatsapp.net"
    await stand.pass_days(9)
    assert await stand.told() == [(True, 10), (False, 0)]


async def test_a_clock_that_is_set_back_and_right_again_tells_nothing(stand: Stand) -> None:
    await stand.pass_days(5)
    stand.now -= 40 * DAY_MS
    await stand.dormancy.look()
    stand.now += 40 * DAY_MS
    await stand.dormancy.look()
    assert await stand.told() == []
