"""What becomes of alerts in the database, over time and over restarts, on both kinds of it."""

import pytest

from alert_stage import MINUTE, NOON, TENANT, ScriptedWays, stage, state, title
from databases import sql
from holdfast.alerts import QuietHours, Rule
from holdfast.journal import Journal
from holdfast.kit.iso import ms_of
from holdfast.model.alerts import Cause, Delivery, Severity
from holdfast.model.errors import (
    AlertChannelFailed,
    AlertUrlInvalid,
    UnknownAlertChannel,
    UnknownAlertDelivery,
    UnknownAlertRule,
)
from holdfast.model.events import SessionWarning
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.store import Store

FORGET_POSITION = sql("DELETE FROM settings_kv WHERE key = 'alerts_position'")
BANNED = title(Reason.BANNED)
FAILING = title(Cause.CHANNEL_FAILING, "ops")
HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
UP = state(Reason.LOGGED_IN)


async def test_told_once_and_once_more_when_it_is_over(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED), state(Reason.BANNED))
        await here.later(MINUTE)
        await here.tell(UP)
        await here.later(2 * MINUTE)
        assert ways.titles() == [BANNED, f"resolved: {BANNED}"]
        assert (await here.alerts.history(TENANT))[0].alert.incident.phase == "ended"


async def test_a_restart_neither_forgets_nor_repeats(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        for _ in range(3):
            await here.kill()
            await here.tell(state(Reason.BANNED))
            here.start()
            await here.later(MINUTE)
        await here.kill()
        await here.tell(UP)  # while nobody reads
        here.start()
        await here.later(2 * MINUTE)
        assert ways.titles() == [BANNED, f"resolved: {BANNED}"]


async def test_the_first_start_tells_nothing_of_before(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.kill()
        await store.write(lambda unit: unit.run(FORGET_POSITION))
        await here.tell(state(Reason.BANNED))
        here.start()
        await here.put("ops")
        await here.later(HOUR)
        assert ways.titles() == []


async def test_a_lost_connection_is_told_when_it_stays_lost(store: Store, journal: Journal) -> None:
    ways, lost = ScriptedWays(), state(Reason.NETWORK)
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(lost)
        await here.later(9 * MINUTE)
        await here.tell(UP, lost)
        await here.later(9 * MINUTE)
        assert ways.titles() == []
        await here.later(2 * MINUTE)
        assert ways.titles() == [title(Cause.NOT_CONNECTED)]
        # Something that says more takes its place.
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        assert ways.titles()[1:] == [BANNED]


async def test_many_that_begin_together_are_one_message(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell_many([f"ses_{n}" for n in range(400)], state(Reason.REPLACED))
        await here.later(MINUTE)
        assert ways.titles() == ["400 alerts"]
        assert "and 380 more" in ways.sent[0][1].letter.body


async def test_quiet_hours_keep_everything_for_one_message(store: Store, journal: Journal) -> None:
    ways, night = ScriptedWays(), QuietHours("22:00", "07:00", "Europe/Berlin")
    async with stage(store, journal, ways=ways) as here:
        here.now_ms = ms_of("2026-11-28T22:00:00Z")
        await here.put("ops", quiet=night)
        await here.put("asleep", quiet=QuietHours("22:00", "07:00", critical_at_once=False))
        await here.tell(
            SessionWarning(WarningCode.QUIET, True, 1), SessionWarning(WarningCode.FLAPPING, True, 1)
        )
        await here.later(HOUR)
        await here.tell(SessionWarning(WarningCode.FLAPPING, False, 1))
        await here.later(HOUR)
        assert ways.sent == []
        await here.later(6 * HOUR - 1)
        assert ways.sent == []
        await here.later(1)
        assert here.now_ms == ms_of("2026-11-29T06:00:00Z")  # seven o'clock there
        assert ways.titles("ops") == ["1 alert, 1 resolved"]


async def test_what_is_critical_wakes_unless_it_may_not(store: Store, journal: Journal) -> None:
    ways, night = ScriptedWays(), QuietHours("22:00", "07:00")
    async with stage(store, journal, ways=ways) as here:
        here.now_ms = ms_of("2026-11-28T23:00:00Z")
        await here.put("ops", quiet=night)
        await here.put("asleep", quiet=QuietHours("22:00", "07:00", critical_at_once=False))
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        assert [name for name, _ in ways.sent] == ["ops"]
        await here.later(8 * HOUR)
        assert [name for name, _ in ways.sent] == ["ops", "asleep"]


async def test_a_channel_hears_what_is_heavy_enough(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.put("pager", min_severity=Severity.CRITICAL, resolved=False)
        await here.tell(SessionWarning(WarningCode.QUIET, True, 1), state(Reason.BANNED))
        await here.later(MINUTE)
        await here.tell(UP)
        await here.later(5 * MINUTE)
        assert ways.titles("pager") == [BANNED]
        assert ways.titles("ops") == ["2 alerts", f"resolved: {BANNED}"]


async def test_what_is_not_taken_is_tried_more_and_more_rarely_then_given_up(
    store: Store, journal: Journal
) -> None:
    ways = ScriptedWays(refuse={"ops": AlertChannelFailed("500")})
    async with stage(store, journal, ways=ways) as here:
        await here.alerts.put_rule(TENANT, "banned", Rule(Severity.CRITICAL))
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(10 * MINUTE)
        assert 4 <= len(ways.tried) <= 7
        await here.later(2 * DAY)
        assert len(ways.tried) == 30
        dead = await here.alerts.dead(TENANT)
        assert [(it.state, it.error_code, it.error_detail) for it in dead] == [
            (Delivery.DEAD, "alert_channel_failed", "500")
        ]
        ways.refuse.clear()
        with pytest.raises(UnknownAlertDelivery):
            await here.alerts.again(TENANT, "adl_nope")
        assert await here.alerts.again(TENANT, dead[0].delivery_id) == 1
        await here.later(MINUTE)
        assert ways.titles() == [BANNED]


async def test_an_address_that_is_none_is_given_up_at_once(store: Store, journal: Journal) -> None:
    ways = ScriptedWays(refuse={"ops": AlertUrlInvalid()})
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        assert len(await here.alerts.dead(TENANT)) == len(ways.tried) == 1


async def test_the_other_channels_hear_of_one_that_fails(store: Store, journal: Journal) -> None:
    ways = ScriptedWays(refuse={"ops": AlertChannelFailed("500")})
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops", "spare")
        await here.tell(state(Reason.BANNED))
        await here.later(10 * MINUTE)
        assert ways.titles("spare") == [BANNED, FAILING]
        ways.refuse.clear()
        await here.later(2 * HOUR)
        assert ways.titles("ops") == [BANNED]
        assert ways.titles("spare")[2:] == [f"resolved: {FAILING}"]


async def test_one_that_hangs_holds_up_no_other(store: Store, journal: Journal) -> None:
    ways = ScriptedWays(hang={"stuck"})
    async with stage(store, journal, ways=ways) as here:
        await here.put("stuck", "ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        await here.tell(state(Reason.LOCKED))
        await here.later(MINUTE)
        assert len(ways.titles("ops")) == 2
        await here.until_tried("stuck")
        assert ways.tried.count("stuck") == 1


async def test_killed_between_sending_and_writing_it_down_the_same_message_goes_again(
    store: Store, journal: Journal
) -> None:
    ways = ScriptedWays(hang={"ops"})
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        await here.until_tried("ops")  # it was handed over, and nobody knows
        await here.kill()
        await here.tell(state(Reason.LOCKED))  # another one comes before it is repeated
        ways.hang.clear()
        here.start()
        await here.later(MINUTE)
        first, second = (post for _, post in ways.sent)
        assert first.letter.title.endswith(BANNED)
        assert first.reference in first.letter.body
        assert second.reference != first.reference


async def test_the_owner_is_not_told_of_what_the_owner_did(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        await here.tell(state(Reason.DELETED_HERE))
        await here.later(2 * DAY)
        assert ways.titles() == [BANNED]


async def test_rules_are_the_tenants_own(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.alerts.put_rule(TENANT, "banned", Rule(Severity.WARNING, enabled=False))
        await here.tell(state(Reason.BANNED))
        await here.later(HOUR)
        assert ways.titles() == []
        await here.alerts.put_rule(TENANT, "banned", Rule(Severity.WARNING, after_s=3600))
        await here.tell(state(Reason.BANNED))
        await here.later(HOUR + MINUTE)
        assert ways.titles() == [BANNED]
        await here.alerts.reset_rule(TENANT, "banned")
        assert (await here.alerts.rules(TENANT))["banned"].severity is Severity.CRITICAL
        with pytest.raises(UnknownAlertRule):
            await here.alerts.put_rule(TENANT, "nonsense", Rule(Severity.INFO))


async def test_a_channel_that_is_removed_tells_nothing_more(store: Store, journal: Journal) -> None:
    ways = ScriptedWays(refuse={"ops": AlertChannelFailed()})
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.BANNED))
        await here.later(MINUTE)
        await here.alerts.remove(TENANT, "ops")
        ways.refuse.clear()
        await here.later(DAY)
        assert ways.sent == []
        with pytest.raises(UnknownAlertChannel):
            await here.alerts.remove(TENANT, "ops")


async def test_a_clock_that_was_set_far_back_holds_nothing_up(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        await here.tell(state(Reason.NETWORK, State.RECONNECTING))
        await here.settled()
        here.now_ms = NOON - 365 * DAY
        await here.later(3 * DAY)
        assert len(ways.titles()) >= 1


async def test_the_countdown_of_a_phone_is_told_day_by_day(store: Store, journal: Journal) -> None:
    ways = ScriptedWays()
    async with stage(store, journal, ways=ways) as here:
        await here.put("ops")
        days = (10, 12, 13)
        for day in days:
            warning = SessionWarning(WarningCode.PHONE_DORMANT, True, 1, None, day * 86_400, 14 * 86_400)
            await here.tell(warning)
            await here.later(MINUTE)
        bodies = [post.letter.body for _, post in ways.sent]
        assert [f"{day} days of 14" in body for day, body in zip((10, 12, 13), bodies, strict=True)] == [
            True
        ] * 3
        await here.tell(state(Reason.LOGGED_OUT_ON_PHONE))
        await here.later(DAY // 2)
        assert ways.titles()[3:] == [title(Reason.LOGGED_OUT_ON_PHONE)]
