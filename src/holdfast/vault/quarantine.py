"""What lies in quarantine: whose it was, why and until when it is kept. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from holdfast.engine import Folder
from holdfast.kit.ids import made_at_ms
from holdfast.model.ids import SessionId

#: After so long a folder is deleted for good.
KEPT_FOR_MS: Final = 30 * 24 * 3600 * 1000


class Away(StrEnum):
    """Why a folder went into quarantine. Part of its name there."""

    LOGGED_OUT = "logged_out"  # WhatsApp no longer accepts it
    GIVEN_UP = "given_up"  # by its owner: logged out or deleted
    RENEWED = "renewed"  # the same phone was linked again
    REFUSED = "refused"  # a number that may not be linked here
    DAMAGED = "damaged"  # a snapshot has taken its place
    EXCHANGED = "exchanged"  # its owner chose a snapshot to take its place

    @property
    def ends_the_link(self) -> bool:
        """What is saved of the number goes along: the link is over."""
        return self not in {Away.DAMAGED, Away.EXCHANGED}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One folder in quarantine."""

    name: str
    #: Empty for what a pairing left.
    number: str
    #: None where an earlier version has put it away.
    why: Away | None
    #: None where its name does not tell: it is kept forever.
    since_ms: int | None
    #: Whose key lies in it; None when that cannot be read.
    session_id: SessionId | None
    wrapped_key: bytes = field(repr=False)
    has_file: bool

    @property
    def until_ms(self) -> int | None:
        """When it is deleted for good."""
        return None if self.since_ms is None else self.since_ms + KEPT_FOR_MS


def name_of(folder: str, away: Away, unique: str) -> str:
    """How a folder is called in quarantine. `unique` is an id without its prefix: it tells the time."""
    return f"{folder.lstrip('.')}-{away}-{unique}"


def read(folder: Folder, session_of: Callable[[bytes], SessionId | None]) -> Quarantined:
    """What a folder in quarantine is."""
    rest, _, unique = folder.name.rpartition("-")
    since_ms = made_at_ms(unique)
    what, _, said = rest.rpartition("-")
    away = next((it for it in Away if it.value == said), None)
    number = what if away is not None else rest
    return Quarantined(
        folder.name,
        number if number.isdigit() else "",
        away,
        since_ms,
        session_of(folder.wrapped_key),
        folder.wrapped_key,
        folder.session_bytes > 0,
    )


def expired(it: Quarantined, now_ms: int) -> bool:
    """True when its time has passed."""
    return it.until_ms is not None and now_ms >= it.until_ms
