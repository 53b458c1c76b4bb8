"""Which actions a session offers: those to which the machine's table has a reaction now. Pure."""

from functools import lru_cache
from typing import Final

from holdfast.model.actions import Action
from holdfast.sessions import facts as f
from holdfast.sessions.deciding import Decision
from holdfast.sessions.machine import decide

#: In the order in which they are shown. Of two that would do the same, only the first is offered.
_ASKED: Final[tuple[tuple[Action, f.Fact], ...]] = (
    (Action.PAIR, f.PairingAsked()),
    (Action.CANCEL_PAIRING, f.PairingCancelled()),
    (Action.CONNECT, f.ConnectAsked()),
    (Action.DISCONNECT, f.DisconnectAsked()),
    (Action.LOG_OUT, f.LogoutAsked()),
    (Action.DELETE, f.DeleteAsked()),
)


@lru_cache(maxsize=4096)
def offered(session: f.Session) -> tuple[Action, ...]:
    """What its owner can do with this session now."""
    actions: list[Action] = []
    decided: list[Decision] = []
    for action, fact in _ASKED:
        decision = decide(session, fact, session.since_ms, 0.0)
        if _does_something(session, decision) and decision not in decided:
            actions.append(action)
            decided.append(decision)
    return tuple(actions)


def _does_something(before: f.Session, decision: Decision) -> bool:
    after = decision.session
    return bool(decision.commands) or after.state is not before.state or after.wake_at_ms != before.wake_at_ms
