"""The session machine: (session, fact, now, roll) gives (session, commands). Pure.

Calling contract: hand every fact of one session in order to `decide`, keep the session it returns, record it
when it `changed`, carry the commands out in order, and say TimeCame when `wake_at_ms` has passed. Commands
are carried out in order per session, so a ConnectSession that follows a DisconnectSession finds the old
connection ended.

The table below is the whole policy. A pair that is not in it is ignored.
"""

from typing import Final

from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.model.states import ACTIVE, State
from holdfast.sessions import house_rules as house
from holdfast.sessions import owner_rules as owner
from holdfast.sessions import wire_rules as wire
from holdfast.sessions.deciding import Decision, Rule
from holdfast.sessions.facts import (
    AdoptionRefused,
    CodeShown,
    ComparisonAsked,
    ConnectAsked,
    ConnectRefused,
    CredentialsAdopted,
    CredentialsMissed,
    CredentialsRestored,
    DeleteAsked,
    DisconnectAsked,
    EngineAttached,
    EngineCrashed,
    EngineLost,
    Fact,
    LevelReported,
    LinkConnected,
    LinkDisconnected,
    LogoutAsked,
    NetworkReturned,
    PairingAsked,
    PairingCancelled,
    PairingFailed,
    PairingRefused,
    PairingSucceeded,
    PasskeyAsked,
    RecordRefused,
    Restored,
    Session,
    SnapshotChosen,
    TimeCame,
    TypedCodeShown,
)

__all__ = ["TABLE", "Decision", "changed", "decide"]


def decide(
    session: Session, fact: Fact, now_ms: int, roll: float, policy: Policy = DEFAULT_POLICY
) -> Decision:
    """The next session and what to do.

    Total: every fact in every state gives a decision, and it never raises.
    """
    rule = _TABLE.get((session.state, type(fact)))
    if rule is None or _stale(session, fact):
        return Decision(session, heard=False)
    return rule(session, fact, now_ms, roll, policy)


def changed(before: Session, after: Session) -> bool:
    """True when the change belongs into the timeline: another state, or another reason for it."""
    return before.state is not after.state or before.reason is not after.reason


_WITH_EPOCH: Final = frozenset(
    {
        ConnectRefused,
        LinkConnected,
        LinkDisconnected,
        LevelReported,
        CodeShown,
        TypedCodeShown,
        PasskeyAsked,
        ComparisonAsked,
        PairingRefused,
        PairingSucceeded,
        PairingFailed,
    }
)


def _stale(session: Session, fact: Fact) -> bool:
    # An engine that knows a newer connection than we do can only be heard while attaching.
    return type(fact) in _WITH_EPOCH and fact.epoch != session.epoch  # type: ignore[union-attr]


# ---- the table ---------------------------------------------------------------------------------------------

_N, _S, _P = State.NEW, State.STOPPED, State.PAIRING
_C, _UP, _UN, _R = State.CONNECTING, State.CONNECTED, State.UNSTABLE, State.RECONNECTING
_RE, _LO, _B, _F = State.REPLACED, State.LOGGED_OUT, State.BANNED, State.FAILED
_D = State.DELETED

#: fact: {states: rule}. Every pair that is not here is ignored.
TABLE: Final[dict[type[Fact], dict[tuple[State, ...], Rule]]] = {
    # what the owner asks for
    ConnectAsked: {
        (_N, _S, _RE, _LO, _B, _F): owner.connect,
        (_R,): owner.connect_waiting,
        (_P, _C, _UP, _UN): owner.desire_up,
    },
    DisconnectAsked: {
        (_C, _UP, _UN, _R, _RE, _F): owner.stop,
        (_P,): owner.stop_pairing,
        (_N, _S, _LO, _B): owner.desire_down,
    },
    PairingAsked: {(_N, _LO, _F): owner.pair, (_P,): owner.pair_otherwise},
    PairingCancelled: {(_P,): owner.cancel_pairing},
    LogoutAsked: {(_S, _C, _UP, _UN, _R, _RE, _B, _F): owner.log_out},
    SnapshotChosen: {(_S, _C, _UP, _UN, _R, _RE, _B, _F): owner.put_back},
    DeleteAsked: {(_N, _S, _P, _C, _UP, _UN, _R, _RE, _LO, _B, _F): owner.delete},
    # what this house did
    Restored: {
        (_C, _UP, _UN, _R): house.restore,
        (_RE, _LO, _B, _F): house.restore_resting,
        (_P,): house.restore_pairing,
    },
    EngineAttached: {
        (_C, _UP, _UN, _R): house.attach_wanted,
        (_N, _S, _RE, _B, _F): house.attach_unwanted,
        (_LO,): house.attach_unlinked,
        (_D,): house.attach_deleted,
    },
    EngineLost: {(_C, _UP, _UN, _R): house.engine_lost, (_P,): house.engine_lost_pairing},
    EngineCrashed: {(_C, _UP, _UN, _R): house.engine_crashed},
    TimeCame: {
        (_R, _RE, _B, _F): house.retry,
        (_UP, _UN): house.prove_stable,
        (_C,): house.adopt_again,
        (_P,): house.give_up_pairing,
    },
    NetworkReturned: {(_C, _R): house.network_returned},
    ConnectRefused: {(_C, _R): house.refused, (_P,): house.refused_pairing},
    CredentialsAdopted: {(_N, _S, _P, _C, _R, _RE, _LO, _B, _F, _UP, _UN): house.adopted},
    AdoptionRefused: {(_C,): house.adoption_refused},
    RecordRefused: {(_N, _S, _P, _C, _UP, _UN, _R, _RE, _LO, _B, _F): house.record_refused},
    CredentialsMissed: {(_UP, _UN): house.missed},
    CredentialsRestored: {(_C, _R): house.credentials_restored},
    # what happened on the wire
    LinkConnected: {(_C, _R): wire.link_up},
    LinkDisconnected: {(_C, _UP, _UN): wire.link_lost, (_R,): wire.link_lost_again},
    LevelReported: {(_C, _UP, _UN, _R): wire.level_up_or_lost},
    CodeShown: {(_P,): wire.show_code},
    TypedCodeShown: {(_P,): wire.show_typed_code},
    PasskeyAsked: {(_P,): wire.ask_for_passkey},
    ComparisonAsked: {(_P,): wire.ask_to_compare},
    PairingRefused: {(_P,): wire.refused},
    # Also where the owner gave up in the same moment: the phone counts this device as linked.
    PairingSucceeded: {(_P, _N, _LO): wire.paired, (_D,): wire.paired_too_late},
    PairingFailed: {(_P, _C): wire.pairing_failed},
}


def _expand() -> dict[tuple[State, type[Fact]], Rule]:
    flat: dict[tuple[State, type[Fact]], Rule] = {}
    for fact, rows in TABLE.items():
        for states, rule in rows.items():
            for state in states:
                assert (state, fact) not in flat, f"two rules for {fact.__name__} in {state}"
                flat[state, fact] = rule
    return flat


_TABLE: Final = _expand()
assert frozenset({_C, _UP, _UN, _R}) == ACTIVE
