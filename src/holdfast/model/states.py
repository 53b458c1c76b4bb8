"""The states of a session, their colours, and what may be said about each. Pure."""

from enum import IntEnum, StrEnum
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
    #: The end: nothing leads out of it, and the session is shown nowhere any more.
    DELETED = "deleted"

    @property
    def color(self) -> Color:
        """Green, yellow, red or grey."""
        return _COLORS[self]

    @property
    def up(self) -> bool:
        """True while messages can be sent and received."""
        return self in UP


class Desired(StrEnum):
    """What the owner wants of a session. Only the owner changes it; it survives every restart."""

    UP = "up"
    DOWN = "down"


class LinkLevel(IntEnum):
    """How far a connection is, rising."""

    CLOSED = 1
    PAIRING = 2
    DIALING = 3
    LOGGED_IN = 4
    DRAINED = 5

    @property
    def up(self) -> bool:
        """Logged in: messages can be sent and received."""
        return self >= LinkLevel.LOGGED_IN


UP = frozenset({State.CONNECTED, State.UNSTABLE})
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
    State.DELETED: Color.GREY,
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
