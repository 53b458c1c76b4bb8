"""The session machine: every state against every fact, and the promises that hold for all of them."""

import itertools
from typing import get_args

import pytest

from holdfast.model.policy import DEFAULT_POLICY, Policy, attempts_allowed
from holdfast.model.reasons import MEANINGS, OF_THE_WAY, Fate, Reason, Retry
from holdfast.model.states import ACTIVE, Desired, LinkLevel, State
from holdfast.sessions import commands as c
from holdfast.sessions import facts as f
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.machine import TABLE, changed, decide

NOW = 1_000_000_000
ROLL = 0.5
#: No restart clears them: only their owner, or the time named in a ban, does.
RESTING = frozenset({State.REPLACED, State.LOGGED_OUT, State.BANNED})


def session(state: State, **changes: object) -> Session:
    """A session as it looks in practice in this state."""
    typical: dict[State, dict[str, object]] = {
        State.NEW: {"reason": Reason.CREATED, "credentials": Credentials.NONE},
        State.STOPPED: {"reason": Reason.STOPPED_BY_OWNER, "desired": Desired.DOWN},
        State.PAIRING: {
            "reason": Reason.PAIRING_ASKED,
            "credentials": Credentials.NONE,
            "deadline_ms": NOW + 20_000,
            "since_ms": NOW,
        },
        State.CONNECTING: {"reason": Reason.RESTORING, "in_flight": True},
        State.CONNECTED: {"reason": Reason.LOGGED_IN, "in_flight": True, "up_since_ms": NOW - 1000},
        State.UNSTABLE: {"reason": Reason.PROBE_MISSED, "in_flight": True, "up_since_ms": NOW - 1000},
        State.RECONNECTING: {"reason": Reason.NETWORK, "retry_at_ms": NOW + 5000, "attempt": 3},
        State.REPLACED: {"reason": Reason.REPLACED},
        State.LOGGED_OUT: {"reason": Reason.LOGGED_OUT_ON_PHONE, "credentials": Credentials.LOST},
        State.BANNED: {"reason": Reason.BANNED, "banned_until_ms": NOW + 60_000, "retry_at_ms": NOW + 60_000},
        State.FAILED: {"reason": Reason.WRONG_KEY},
        State.DELETED: {
            "reason": Reason.DELETED_HERE,
            "desired": Desired.DOWN,
            "credentials": Credentials.LOST,
        },
    }
    values = {"state": state, "epoch": 7, "credentials": Credentials.VALID, **typical[state], **changes}
    return Session(**values)  # type: ignore[arg-type]


def facts(epoch: int = 7) -> list[f.Fact]:
    """One of every fact, and more than one where the content decides."""
    return [
        f.ConnectAsked(),
        f.DisconnectAsked(),
        f.PairingAsked(),
        f.PairingCancelled(),
        f.LogoutAsked(),
        f.SnapshotChosen("20261129T120000000Z-changed"),
        f.DeleteAsked(),
        f.Restored(),
        f.EngineAttached(),
        *[f.EngineAttached(epoch, level) for level in LinkLevel],
        f.EngineLost(),
        f.EngineCrashed(),
        f.TimeCame(),
        f.NetworkReturned(),
        f.CredentialsAdopted(),
        f.CredentialsMissed(),
        f.CredentialsRestored(),
        f.AdoptionRefused(),
        f.RecordRefused(),
        f.LinkConnected(epoch),
        f.PairingSucceeded(epoch),
        f.CodeShown(epoch),
        f.TypedCodeShown(epoch),
        f.PasskeyAsked(epoch, NOW + 300_000),
        f.ComparisonAsked(epoch),
        f.PairingRefused(epoch, Reason.PAIRING_NUMBER_REFUSED),
        f.PairingAsked(replace_number=True, phone="4915"),
        *[f.ConnectRefused(epoch, reason) for reason in Reason],
        *[f.LinkDisconnected(epoch, reason) for reason in Reason],
        *[f.PairingFailed(epoch, reason) for reason in Reason],
        *[f.LevelReported(epoch, level, missed) for level in LinkLevel for missed in (0, 1)],
    ]


def retry_of(reason: Reason) -> Retry | None:
    end = MEANINGS[reason].end
    return None if end is None else end.retry


def kind(commands: tuple[c.Command, ...]) -> list[str]:
    return [type(command).__name__ for command in commands]


def test_the_list_above_has_every_fact() -> None:
    assert {type(fact) for fact in facts()} == set(get_args(f.Fact))


def test_the_table_names_every_fact() -> None:
    assert set(TABLE) == set(get_args(f.Fact))


def test_every_fact_in_every_state() -> None:
    for state, fact in itertools.product(State, facts()):
        holds_for_every_decision(session(state), fact)


def holds_for_every_decision(before: Session, fact: f.Fact) -> None:
    decision = decide(before, fact, NOW, ROLL)
    after = decision.session
    # nothing rests with a timer for a connection that its owner does not want
    assert after.desired is Desired.UP or after.retry_at_ms is None
    assert after.epoch >= before.epoch
    # a QR is asked for only where no valid credentials exist
    if c.StartPairing in map(type, decision.commands):
        assert after.state is State.PAIRING
        assert before.credentials is not Credentials.VALID
    assert (after.state is State.PAIRING) <= (after.deadline_ms is not None)
    connects = [it for it in decision.commands if isinstance(it, c.ConnectSession)]
    assert len(connects) <= 1
    for command in connects:
        assert after.state in ACTIVE
        assert command.epoch == after.epoch > before.epoch
        assert after.desired is Desired.UP
        assert after.credentials is Credentials.VALID
        # at most one connection: the old one is ended first
        attaching = isinstance(fact, f.EngineAttached)
        held = (
            (fact.level or 0) >= LinkLevel.DIALING if isinstance(fact, f.EngineAttached) else before.in_flight
        )
        assert attaching or not held or c.DisconnectSession in map(type, decision.commands)
    if not decision.heard:
        assert decision.commands == ()
        assert after == before
    if changed(before, after):
        assert after.since_ms == NOW
    else:
        assert after.since_ms == before.since_ms


def test_a_stale_epoch_is_dropped() -> None:
    old = [fact for fact in facts(6) if hasattr(fact, "epoch") and not isinstance(fact, f.EngineAttached)]
    for state, fact in itertools.product(State, old):
        decision = decide(session(state), fact, NOW, ROLL)
        assert (decision.heard, decision.session) == (False, session(state)), f"{fact} in {state}"


def test_the_table_of_reasons_does_not_contradict_itself() -> None:
    assert set(MEANINGS) == set(Reason)
    for reason, meaning in MEANINGS.items():
        soon = {Retry.AT_ONCE, Retry.BACKOFF, Retry.SLOWLY, Retry.PATIENTLY, Retry.WHEN_ENGINE}
        assert (meaning.state is State.RECONNECTING) == (retry_of(reason) in soon), reason
        lost = meaning.end is not None and meaning.end.credentials is Fate.QUARANTINE
        assert not lost or meaning.state is State.LOGGED_OUT, reason


@pytest.mark.parametrize("reason", [r for r in Reason if MEANINGS[r].state is State.RECONNECTING])
@pytest.mark.parametrize("state", [State.CONNECTING, State.CONNECTED, State.UNSTABLE])
def test_recoverable_ends_reconnect(reason: Reason, state: State) -> None:
    after = decide(session(state), f.LinkDisconnected(7, reason), NOW, ROLL).session
    assert (after.state, after.reason, after.in_flight) == (State.RECONNECTING, reason, False)
    assert (after.retry_at_ms is None) == (retry_of(reason) is Retry.WHEN_ENGINE)


@pytest.mark.parametrize(
    ("reason", "state", "commands"),
    [
        (Reason.REPLACED, State.REPLACED, []),
        (Reason.LOGGED_OUT_ON_PHONE, State.LOGGED_OUT, ["QuarantineCredentials"]),
        (Reason.BANNED, State.BANNED, []),
        (Reason.LOCKED, State.FAILED, []),
        (Reason.BANNED_FOR_GOOD, State.BANNED, []),
    ],
)
@pytest.mark.parametrize("state_before", sorted(ACTIVE))
def test_final_ends_rest(reason: Reason, state: State, commands: list[str], state_before: State) -> None:
    decision = decide(session(state_before), f.LinkDisconnected(7, reason), NOW, ROLL)
    assert decision.session.state is state
    assert kind(decision.commands) == commands
    assert decision.session.retry_at_ms is None


def test_logged_out_on_the_phone_then_connect_makes_a_fresh_code() -> None:
    out = decide(
        session(State.CONNECTED), f.LinkDisconnected(7, Reason.LOGGED_OUT_ON_PHONE), NOW, ROLL
    ).session
    assert out.requires_auth
    again = decide(out, f.ConnectAsked(), NOW, ROLL)
    assert again.session.state is State.PAIRING
    assert again.commands == (c.StartPairing(8),)


@pytest.mark.parametrize("state", sorted(RESTING))
def test_a_restart_clears_no_resting_state(state: State) -> None:
    before = session(state)
    restored = decide(before, f.Restored(), NOW, ROLL).session
    attached = decide(restored, f.EngineAttached(), NOW, ROLL)
    assert attached.session.state is state
    assert not {c.ConnectSession, c.StartPairing} & set(map(type, attached.commands))


def test_a_ban_that_has_ended_is_over_after_a_restart_and_by_time() -> None:
    before = session(State.BANNED, banned_until_ms=NOW - 1, retry_at_ms=NOW - 1)
    assert decide(before, f.Restored(), NOW, ROLL).session.state is State.CONNECTING
    assert kind(decide(before, f.TimeCame(), NOW, ROLL).commands) == ["ConnectSession"]


@pytest.mark.parametrize("reason", [r for r in Reason if MEANINGS[r].state is State.FAILED])
def test_a_restart_tries_again_what_failed_here_and_not_what_whatsapp_refused(reason: Reason) -> None:
    after = decide(session(State.FAILED, reason=reason), f.Restored(), NOW, ROLL).session
    assert (after.state is State.CONNECTING) == (not MEANINGS[reason].outlives_restart)


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_a_restart_shows_connecting_from_the_first_moment(state: State) -> None:
    restored = decide(session(state), f.Restored(), NOW, ROLL)
    assert restored.session.state is State.CONNECTING
    assert restored.commands == ()  # only the engine's answer decides: it may still hold the connection
    connected = decide(restored.session, f.EngineAttached(7, LinkLevel.DRAINED), NOW, ROLL)
    assert connected.session.state is State.CONNECTED
    assert connected.commands == ()  # adopted, not reconnected
    fresh = decide(restored.session, f.EngineAttached(), NOW, ROLL)
    assert kind(fresh.commands) == ["ConnectSession"]


def test_an_engine_that_knows_a_newer_epoch_is_believed_while_attaching() -> None:
    after = decide(session(State.CONNECTING), f.EngineAttached(12, LinkLevel.LOGGED_IN), NOW, ROLL).session
    assert (after.state, after.epoch) == (State.CONNECTED, 12)


def test_an_old_connection_is_ended_before_the_new_one() -> None:
    decision = decide(session(State.CONNECTING), f.EngineAttached(5, LinkLevel.DRAINED), NOW, ROLL)
    assert kind(decision.commands) == ["DisconnectSession", "ConnectSession"]


@pytest.mark.parametrize("state", sorted(set(State) - ACTIVE - {State.PAIRING}))
def test_what_nobody_wants_is_ended_while_attaching(state: State) -> None:
    holds = decide(session(state), f.EngineAttached(9, LinkLevel.DRAINED), NOW, ROLL)
    assert kind(holds.commands)[0] == "DisconnectSession"
    pairs = decide(session(state), f.EngineAttached(9, LinkLevel.PAIRING), NOW, ROLL)
    assert kind(pairs.commands)[0] == "CancelPairing"


def test_an_interrupted_end_of_a_link_is_finished_while_attaching() -> None:
    by_phone = decide(session(State.LOGGED_OUT), f.EngineAttached(), NOW, ROLL)
    assert kind(by_phone.commands) == ["QuarantineCredentials"]  # WhatsApp knows
    here = decide(session(State.LOGGED_OUT, reason=Reason.LOGGED_OUT_HERE), f.EngineAttached(), NOW, ROLL)
    assert kind(here.commands) == ["GiveUpLink"]
    deleted = decide(session(State.DELETED), f.EngineAttached(), NOW, ROLL)
    assert kind(deleted.commands) == ["GiveUpScratch", "GiveUpLink", "ForgetSession"]


def test_a_waiting_attempt_keeps_its_time_when_the_engine_goes() -> None:
    before = session(State.RECONNECTING)
    lost = decide(before, f.EngineLost(), NOW, ROLL).session
    assert lost.retry_at_ms == before.retry_at_ms
    attached = decide(lost, f.EngineAttached(), NOW, ROLL)
    assert attached.commands == ()
    assert kind(decide(attached.session, f.TimeCame(), NOW + 5000, ROLL).commands) == ["ConnectSession"]


def test_backoff_grows_and_only_a_stable_connection_resets_it() -> None:
    short = session(State.CONNECTED, attempt=4, up_since_ms=NOW - 59_000)
    assert decide(short, f.LinkDisconnected(7, Reason.NETWORK), NOW, ROLL).session.attempt == 5
    stable = session(State.CONNECTED, attempt=4, up_since_ms=NOW - 60_000)
    after = decide(stable, f.LinkDisconnected(7, Reason.NETWORK), NOW, 0.0).session
    assert after.attempt == 1
    assert after.retry_at_ms == NOW + 100
    login = decide(
        session(State.RECONNECTING, in_flight=True, attempt=6), f.LinkConnected(7), NOW, ROLL
    ).session
    assert login.attempt == 6


@pytest.mark.parametrize(
    ("attempt", "roll", "delay_ms"), [(0, 0, 100), (3, 0, 800), (99, 0, 6000), (99, 0.999, 59_946)]
)
def test_backoff_has_a_cap_and_jitter(attempt: int, roll: float, delay_ms: int) -> None:
    before = session(State.CONNECTING, attempt=attempt)
    after = decide(before, f.LinkDisconnected(7, Reason.NETWORK), NOW, roll).session
    assert after.retry_at_ms == NOW + delay_ms


def test_restart_required_connects_at_once_but_never_in_a_tight_loop() -> None:
    first = decide(
        session(State.CONNECTED), f.LinkDisconnected(7, Reason.RESTART_REQUIRED), NOW, ROLL
    ).session
    assert first.retry_at_ms == NOW
    second = session(State.CONNECTED, attempt=1)
    assert (
        decide(second, f.LinkDisconnected(7, Reason.RESTART_REQUIRED), NOW, ROLL).session.retry_at_ms
        == NOW + 1100
    )


def test_a_worse_reason_that_comes_late_overrules() -> None:
    lost = decide(session(State.CONNECTED), f.LinkDisconnected(7, Reason.NETWORK), NOW, ROLL).session
    worse = decide(lost, f.LinkDisconnected(7, Reason.REPLACED), NOW, ROLL)
    assert worse.session.state is State.REPLACED
    same = decide(lost, f.LinkDisconnected(7, Reason.NETWORK), NOW, ROLL)
    assert same.session.attempt == lost.attempt
    harder = decide(lost, f.LinkDisconnected(7, Reason.SERVICE_UNAVAILABLE), NOW, ROLL)
    assert harder.session.attempt == lost.attempt  # one end of one connection counts once


def test_levels_overrule_events() -> None:
    assert (
        decide(session(State.CONNECTING), f.LevelReported(7, LinkLevel.LOGGED_IN), NOW, ROLL).session.state
        is State.CONNECTED
    )
    assert (
        decide(session(State.CONNECTED), f.LevelReported(7, LinkLevel.CLOSED), NOW, ROLL).session.state
        is State.RECONNECTING
    )
    shaky = decide(session(State.CONNECTED), f.LevelReported(7, LinkLevel.DRAINED, 1), NOW, ROLL).session
    assert shaky.state is State.UNSTABLE
    assert decide(shaky, f.LevelReported(7, LinkLevel.DRAINED, 0), NOW, ROLL).session.state is State.CONNECTED
    assert shaky.up_since_ms == session(State.CONNECTED).up_since_ms


def test_pairing_gives_up() -> None:
    started = decide(session(State.NEW), f.PairingAsked(), NOW, ROLL)
    assert started.commands == (c.StartPairing(8),)
    early = decide(started.session, f.TimeCame(), NOW + 19_999, ROLL)
    assert early.heard is False
    nothing = decide(started.session, f.TimeCame(), NOW + 20_000, ROLL)
    assert (nothing.session.state, nothing.session.reason) == (State.NEW, Reason.PAIRING_UNREACHABLE)
    assert kind(nothing.commands) == ["CancelPairing"]
    shown = decide(started.session, f.CodeShown(8), NOW + 500, ROLL).session
    assert shown.deadline_ms == NOW + 180_000
    late = decide(shown, f.TimeCame(), NOW + 180_000, ROLL)
    assert late.session.reason is Reason.PAIRING_TIMED_OUT


def test_pairing_ends_with_a_connection() -> None:
    linked = decide(session(State.PAIRING), f.PairingSucceeded(7), NOW, ROLL)
    assert (linked.session.state, linked.commands) == (State.CONNECTING, (c.AdoptCredentials(),))
    placed = decide(linked.session, f.CredentialsAdopted(), NOW, ROLL)
    assert placed.commands == (c.ConnectSession(8),)
    assert placed.session.credentials is Credentials.VALID


def test_a_scan_in_the_moment_of_giving_up_still_counts() -> None:
    cancelled = decide(session(State.PAIRING), f.PairingCancelled(), NOW, ROLL)
    assert kind(cancelled.commands) == ["CancelPairing"]
    scanned = decide(cancelled.session, f.PairingSucceeded(7), NOW, ROLL)
    assert kind(scanned.commands) == ["AdoptCredentials"]
    down = decide(session(State.PAIRING), f.DisconnectAsked(), NOW, ROLL).session
    placed = decide(decide(down, f.PairingSucceeded(7), NOW, ROLL).session, f.CredentialsAdopted(), NOW, ROLL)
    assert (placed.session.state, placed.commands) == (State.STOPPED, ())


def test_an_engine_that_dies_between_scan_and_adoption_leaves_the_choice_to_the_scratch_folder() -> None:
    linked = decide(session(State.PAIRING), f.PairingSucceeded(7), NOW, ROLL).session
    lost = decide(linked, f.EngineLost(), NOW, ROLL).session
    found = decide(lost, f.CredentialsAdopted(), NOW, ROLL)
    assert kind(found.commands) == ["ConnectSession"]
    nothing = decide(lost, f.EngineAttached(), NOW, ROLL)
    assert (nothing.session.state, nothing.session.reason) == (State.NEW, Reason.PAIRING_INTERRUPTED)


def test_a_second_connect_makes_no_second_connection() -> None:
    for state in (State.CONNECTING, State.CONNECTED, State.UNSTABLE):
        assert decide(session(state), f.ConnectAsked(), NOW, ROLL).commands == ()
    waiting = decide(session(State.RECONNECTING), f.ConnectAsked(), NOW, ROLL)
    assert kind(waiting.commands) == ["ConnectSession"]
    assert decide(waiting.session, f.ConnectAsked(), NOW, ROLL).commands == ()


def test_log_out_gives_the_link_up() -> None:
    for state in (State.CONNECTED, State.STOPPED):
        out = decide(session(state), f.LogoutAsked(), NOW, ROLL)
        assert kind(out.commands) == ["GiveUpLink"]
        assert out.session.requires_auth


def test_delete_is_the_end() -> None:
    for state in set(State) - {State.DELETED}:
        deleted = decide(session(state), f.DeleteAsked(), NOW, ROLL)
        assert deleted.session.state is State.DELETED
        assert kind(deleted.commands)[-3:] == ["GiveUpScratch", "GiveUpLink", "ForgetSession"]
    for fact in facts():
        assert decide(session(State.DELETED), fact, NOW, ROLL).session.state is State.DELETED
    late = decide(session(State.DELETED), f.PairingSucceeded(7), NOW, ROLL)
    assert kind(late.commands) == ["GiveUpScratch"]


def test_a_refused_adoption_is_tried_again_until_it_works() -> None:
    linked = decide(session(State.PAIRING), f.PairingSucceeded(7), NOW, ROLL).session
    refused = decide(linked, f.AdoptionRefused("the disk is full"), NOW, 0.0).session
    assert (refused.state, refused.reason) == (State.CONNECTING, Reason.ADOPTION_REFUSED)
    assert refused.retry_at_ms == NOW + 500
    assert decide(refused, f.TimeCame(), NOW + 499, ROLL).heard is False
    again = decide(refused, f.TimeCame(), NOW + 500, ROLL)
    assert kind(again.commands) == ["AdoptCredentials"]
    twice = decide(again.session, f.AdoptionRefused("the disk is full"), NOW, 0.0).session
    assert twice.retry_at_ms == NOW + 1000
    placed = decide(again.session, f.CredentialsAdopted(), NOW, ROLL)
    assert kind(placed.commands) == ["ConnectSession"]


def test_a_session_that_cannot_be_recorded_rests_and_says_so_once() -> None:
    refused = decide(session(State.CONNECTED), f.RecordRefused("number taken"), NOW, ROLL)
    assert (refused.session.state, refused.session.reason) == (State.FAILED, Reason.RECORD_REFUSED)
    assert kind(refused.commands) == ["DisconnectSession"]
    assert decide(refused.session, f.RecordRefused("number taken"), NOW, ROLL).heard is False


def test_the_policy_is_a_value() -> None:
    slow = DEFAULT_POLICY.model_copy(update={"reconnect_first_s": 10.0})
    after = decide(session(State.CONNECTING), f.LinkDisconnected(7, Reason.NETWORK), NOW, 0.0, slow).session
    assert after.retry_at_ms == NOW + 1000


@pytest.mark.parametrize("reason", [r for r in Reason if retry_of(r) is Retry.DAILY])
def test_a_refused_version_rests_and_is_tried_once_in_a_long_while_also_over_restarts(reason: Reason) -> None:
    refused = decide(session(State.CONNECTING), f.LinkDisconnected(7, reason), NOW, 0.999).session
    assert refused.state is State.FAILED
    assert refused.retry_at_ms is not None
    assert refused.retry_at_ms > NOW + 3_000_000
    assert decide(refused, f.Restored(), NOW, ROLL).session.retry_at_ms == refused.retry_at_ms
    again = decide(refused, f.TimeCame(), refused.retry_at_ms, ROLL)
    assert kind(again.commands) == ["ConnectSession"]


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.UNKNOWN_CODE])
def test_a_restart_does_not_shorten_a_wait_that_was_asked_for(reason: Reason) -> None:
    waiting = decide(session(State.CONNECTED), f.LinkDisconnected(7, reason, code=429), NOW, ROLL).session
    restored = decide(waiting, f.Restored(), NOW + 10, ROLL).session
    assert restored == waiting
    attached = decide(restored, f.EngineAttached(), NOW + 20, ROLL)
    assert attached.commands == ()
    assert waiting.retry_at_ms is not None
    assert kind(decide(attached.session, f.TimeCame(), waiting.retry_at_ms, ROLL).commands) == [
        "ConnectSession"
    ]


@pytest.mark.parametrize("reason", [r for r in Reason if MEANINGS[r].end is not None])
@pytest.mark.parametrize("seconds", [0, 60, 3600])
def test_no_more_attempts_than_a_row_promises_whatever_the_dice_say(reason: Reason, seconds: float) -> None:
    now, attempts = NOW, 0
    at = decide(session(State.CONNECTED, up_since_ms=NOW - 90_000), f.LinkDisconnected(7, reason), now, 0.0)
    while (wake := at.session.retry_at_ms) is not None and wake <= NOW + seconds * 1000:
        now = wake
        began = decide(at.session, f.TimeCame(), now, 0.0).session
        attempts += 1
        at = decide(began, f.LinkDisconnected(began.epoch, reason), now, 0.0)
    assert attempts <= attempts_allowed(reason, seconds)


def conflict(before: Session, policy: Policy, now: int = NOW) -> Session:
    """Another program opens the session."""
    up = f.LinkDisconnected(before.epoch, Reason.REPLACED)
    return decide(before, up, now, 0.0, policy).session


def test_by_default_nobody_fights_over_a_session() -> None:
    replaced = conflict(session(State.CONNECTED), DEFAULT_POLICY)
    assert (replaced.state, replaced.retry_at_ms) == (State.REPLACED, None)


def test_where_it_is_set_a_conflict_is_tried_a_few_times_with_growing_waits_and_no_more() -> None:
    policy, at, waits = Policy(conflict="retry:3"), session(State.CONNECTED), []
    for _ in range(3):
        at = conflict(at, policy)
        assert at.state is State.REPLACED
        assert at.retry_at_ms is not None
        waits.append(at.retry_at_ms - NOW)
        # also over a restart, which neither shortens the wait nor forgets the count
        assert decide(at, f.Restored(), NOW, ROLL, policy).session == at
        dialled = decide(at, f.TimeCame(), at.retry_at_ms, ROLL, policy)
        assert kind(dialled.commands) == ["ConnectSession"]
        at = decide(dialled.session, f.LinkConnected(dialled.session.epoch), NOW, ROLL, policy).session
    assert waits == [6000, 12_000, 24_000]
    rests = conflict(at, policy)
    assert (rests.state, rests.retry_at_ms) == (State.REPLACED, None)
    asked = decide(rests, f.ConnectAsked(), NOW, ROLL, policy).session
    assert asked.conflicts == 0


def test_a_day_of_peace_sets_the_count_of_conflicts_back_and_a_stable_minute_does_not() -> None:
    policy = Policy(conflict="retry:1")
    minute = session(State.CONNECTED, conflicts=1, up_since_ms=NOW - 120_000)
    assert conflict(minute, policy).retry_at_ms is None
    day = session(State.CONNECTED, conflicts=1, up_since_ms=NOW - 86_400_000)
    assert conflict(day, policy).retry_at_ms is not None


def test_a_session_that_its_owner_stopped_is_not_tried_after_a_conflict() -> None:
    policy = Policy(conflict="retry:3")
    down = decide(conflict(session(State.CONNECTED), policy), f.DisconnectAsked(), NOW, ROLL, policy).session
    assert down.retry_at_ms is None
    assert conflict(session(State.CONNECTED, desired=Desired.DOWN), policy).retry_at_ms is None


def test_a_stable_minute_sets_the_count_of_attempts_back_while_it_lasts() -> None:
    up = decide(session(State.RECONNECTING, in_flight=True, attempt=6), f.LinkConnected(7), NOW, ROLL).session
    assert up.wake_at_ms == NOW + 60_000
    assert decide(up, f.TimeCame(), NOW + 59_999, ROLL).heard is False
    stable = decide(up, f.TimeCame(), NOW + 60_000, ROLL).session
    assert (stable.attempt, stable.state, stable.wake_at_ms) == (0, State.CONNECTED, None)
    first = decide(session(State.CONNECTING), f.LinkConnected(7), NOW, ROLL).session
    assert first.wake_at_ms is None  # nothing to set back


@pytest.mark.parametrize("reason", sorted(OF_THE_WAY))
def test_a_network_that_is_back_ends_the_waiting_for_it(reason: Reason) -> None:
    waiting = session(State.RECONNECTING, reason=reason, attempt=9)
    back = decide(waiting, f.NetworkReturned(), NOW, ROLL)
    assert kind(back.commands) == ["ConnectSession"]
    assert back.session.attempt == 9
    # an attempt that began while it was away begins again
    again = decide(back.session, f.NetworkReturned(), NOW, ROLL)
    assert kind(again.commands) == ["DisconnectSession", "ConnectSession"]
    first = decide(session(State.CONNECTING), f.NetworkReturned(), NOW, ROLL)
    assert kind(first.commands) == ["DisconnectSession", "ConnectSession"]


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.SERVICE_UNAVAILABLE, Reason.UNKNOWN_CODE])
def test_a_network_that_is_back_shortens_no_wait_that_whatsapp_asked_for(reason: Reason) -> None:
    waiting = session(State.RECONNECTING, reason=reason, attempt=9)
    assert decide(waiting, f.NetworkReturned(), NOW, ROLL).heard is False
