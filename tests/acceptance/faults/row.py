"""What a row of the matrix says: how something is broken, and what must come of it. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from holdfast.model.reasons import MEANINGS, Reason


class Occasion(StrEnum):
    """When a fault of the simulator strikes: what the harness does so that it can."""

    NOW = "now"  # it strikes the open connection as soon as it is ordered
    LOGIN = "login"  # the connection is ended, so that the next dial or login meets it
    MESSAGE = "message"  # the messages that pass anyway meet it
    FILE = "file"  # the customer sends a file, which is fetched
    GONE = "gone"  # the customer sends a file that cannot be fetched: the message comes all the same
    PAIRING = "pairing"  # it is ordered before the code is scanned
    CODE = "code"  # it is ordered while a code is shown, and nobody scans that


@dataclass(frozen=True, slots=True)
class Named:
    """A named fault of the simulator."""

    name: str
    occasion: Occasion
    args: Mapping[str, Any] = field(default_factory=dict)
    #: How often it strikes; None: as often as is usual for it, -1: until it is ended.
    count: int | None = None
    #: It stays in force until what must come has come; else it ends as soon as it has struck and been held.
    stays: bool = False
    #: Whether it must be seen striking. Some only lie in wait for what Holdfast does not do.
    strikes: bool = True
    #: Whose account it strikes: the number's, the "customer"'s, or "everybody"'s.
    of: str = "number"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done to processes, files, the clock or the network: a function of `deeds`."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    stays: bool = False


class WayOut(StrEnum):
    """What a human does in the end, as the session's next step says."""

    NOTHING = ""
    CONNECT = "connect"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Come:
    """What must come. Nothing may be lost or doubled in any row, so that is not said here."""

    #: States in the order of their first appearance; empty: none is left at any time.
    states: str = ""
    #: The reason that its owner is shown for the trouble; None: nothing is shown.
    told: Reason | None = None
    #: Dials that the simulator may count until the end; None: they cannot be counted.
    attempts: int | None = 1
    #: The session file stays where it is.
    credentials_kept: bool = True
    #: A new code is shown, because only that helps.
    qr: bool = False
    way_out: WayOut = WayOut.NOTHING
    #: In real seconds: how soon the trouble is noticed, and how soon after the fault's end it is connected.
    noticed_s: float | None = None
    back_s: float | None = None
    #: Messages that fail, and whose sender is told so.
    refused: int = 0

    @property
    def alerts(self) -> frozenset[str]:
        """A human is alerted where the table of reasons says so."""
        return frozenset({self.told.value} if self.told and MEANINGS[self.told].alert else ())

    @property
    def end(self) -> str:
        """The state in which it rests, before anybody does anything."""
        return self.states.split()[-1] if self.states else "connected"


class Ground(StrEnum):
    """What the processes of a row stand on."""

    PLAIN = "plain"
    NETWORK = "network"  # that can be cut
    DISK = "disk"  # a small one, that can be filled


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Its name is unique, and stands in the table."""

    name: str
    fault: Named | Deed
    come: Come
    #: How long the fault stays in force, in seconds; 0: until it has struck.
    held_s: float = 0.0
    #: By how much the waits of Holdfast's own are divided.
    pace: float = 8.0
    ground: Ground = Ground.PLAIN
    #: Part of `make test`.
    fast: bool = False
    #: The fault is met while the number is being linked, not afterwards.
    linking: bool = False
    #: Number and customer have written to each other before.
    acquainted: bool = True
    #: Phones and programs write meanwhile. Not where the device that they write to is given up.
    talks: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What came: until it rested or was back by itself, and after the way out."""

    states: str
    told: Reason | None
    attempts: int
    credentials_kept: bool
    back: bool = False
    codes: int = 0
    received: int = 0
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    #: Accepted, and failed with a reason that their sender was told.
    refused: int = 0
    seconds: float = 0.0
    noticed_s: float | None = None
    back_s: float | None = None
    #: What alerts told its owner.
    alerts: frozenset[str] = frozenset()
    #: What did not happen in time, in words.
    trouble: str = ""
