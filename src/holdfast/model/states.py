"""The states of a session, their colours, and what may be said about each. Pure."""

from enum import StrEnum
from typing import Literal


class Color(StrEnum):
    """What a human sees first."""

    GREEN = "green"  # works
    YELLOW = "yellow"  # on its way, nobody needs to do anything
    RED = "red"  # needs a human
    GREY = "grey"  # rests by its owner's will, or has never been linked


class State(StrEnum):
    """Where a session is. Changed only by the session machine."""

    NEW = "new"
    STOPPED = "stopped"
    PAIRING = "pairing"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    UNSTABLE = "unstable"
    RECONNECTING = "reconnecting"
    REPLACED = "replaced"
    LOGGED_OUT = "logged_out"
    BANNED = "banned"
    FAILED = "failed"

    @property
    def color(self) -> Color:
        """Green, yellow, red or grey."""
        return _COLORS[self]

    @property
    def up(self) -> bool:
        """True while messages can be sent and received."""
        return self in UP

    @property
    def resting(self) -> bool:
        """True for states that a restart never clears: only their owner, or the time named in a ban, does."""
        return self in RESTING


class Wish(StrEnum):
    """What the owner wants of a session. Only the owner changes it; it survives every restart."""

    UP = "up"
    DOWN = "down"


UP = frozenset({State.CONNECTED, State.UNSTABLE})
RESTING = frozenset({State.REPLACED, State.LOGGED_OUT, State.BANNED})
#: A connection exists or is being made.
ACTIVE = frozenset({State.CONNECTING, State.CONNECTED, State.UNSTABLE, State.RECONNECTING})

_COLORS = {
    State.CONNECTED: Color.GREEN,
    State.PAIRING: Color.YELLOW,
    State.CONNECTING: Color.YELLOW,
    State.UNSTABLE: Color.YELLOW,
    State.RECONNECTING: Color.YELLOW,
    State.REPLACED: Color.RED,
    State.LOGGED_OUT: Color.RED,
    State.BANNED: Color.RED,
    State.FAILED: Color.RED,
    State.NEW: Color.GREY,
    State.STOPPED: Color.GREY,
}

#: The word that clients of older systems know: `connectionStatus`.
ConnectionStatus = Literal["connected", "connecting", "disconnected", "qr"]


def connection_status(state: State) -> ConnectionStatus:
    """The old systems' word for a state."""
    if state.up:
        return "connected"
    if state in ACTIVE:
        return "connecting"
    return "qr" if state is State.PAIRING else "disconnected"
