"""What the page calls things: for every state its word and what may be done. Tables, pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Verb(StrEnum):
    """What a person can ask of a number."""

    LINK = "link"
    SHOW_QR = "show_qr"
    CANCEL = "cancel"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    LOGOUT = "logout"
    REMOVE = "remove"


class Tone(StrEnum):
    """How loud a button is."""

    MAIN = "main"
    QUIET = "quiet"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Action:
    """One button of a card."""

    verb: Verb
    label: str
    tone: Tone = Tone.QUIET


@dataclass(frozen=True, slots=True)
class Words:
    """How one state reads, and its buttons in order."""

    word: str
    actions: tuple[Action, ...]


_DISCONNECT = Action(Verb.DISCONNECT, "Disconnect")
_CONNECT = Action(Verb.CONNECT, "Connect", Tone.MAIN)
_LOGOUT = Action(Verb.LOGOUT, "Log out", Tone.DANGER)
_LINK_AGAIN = Action(Verb.LINK, "Link again", Tone.MAIN)
_REMOVE = Action(Verb.REMOVE, "Remove", Tone.DANGER)

WORDS: Mapping[str, Words] = {
    "new": Words("Not linked yet", (Action(Verb.LINK, "Show QR code", Tone.MAIN), _REMOVE)),
    "stopped": Words("Stopped", (_CONNECT, _LOGOUT)),
    "pairing": Words(
        "Waiting for the scan",
        (Action(Verb.SHOW_QR, "Show QR code", Tone.MAIN), Action(Verb.CANCEL, "Cancel")),
    ),
    "connecting": Words("Connecting", (_DISCONNECT, _LOGOUT)),
    "connected": Words("Connected", (_DISCONNECT, _LOGOUT)),
    "unstable": Words("Unstable", (_DISCONNECT, _LOGOUT)),
    "reconnecting": Words("Reconnecting", (_DISCONNECT, _LOGOUT)),
    "replaced": Words("Opened elsewhere", (Action(Verb.CONNECT, "Connect here", Tone.MAIN), _LOGOUT)),
    "logged_out": Words("Logged out", (_LINK_AGAIN,)),
    "banned": Words("Banned", (Action(Verb.CONNECT, "Try again"), _LOGOUT)),
    "failed": Words("Needs attention", (Action(Verb.CONNECT, "Try again", Tone.MAIN), _LOGOUT)),
}

#: What a colour says in the summary, of one number and of several, in the order of urgency.
COLORS: Mapping[str, tuple[str, str]] = {
    "red": ("needs you", "need you"),
    "yellow": ("on its way", "on their way"),
    "green": ("connected", "connected"),
    "grey": ("resting", "resting"),
}


def words(state: str, *, restoring: bool = False, never_linked: bool = False) -> Words:
    """The words of a state.

    A state of a newer gateway reads as it is called, without buttons. A number that was never linked has
    nothing to connect.
    """
    known = WORDS.get(state)
    if known is None:
        return Words(state.replace("_", " ").capitalize() or "Unknown", ())
    if restoring and state in {"connecting", "reconnecting"}:
        return Words("Restoring", known.actions)
    if never_linked and state == "stopped":
        return Words(known.word, WORDS["new"].actions)
    return known


@lru_cache(maxsize=10_000)
def telephone(phone: str | None) -> str:
    """A linked number as people read it; digits that no plan knows stay as they are, behind a plus."""
    import phonenumbers

    if not phone:
        return ""
    digits = "+" + phone.removeprefix("+")
    try:
        parsed = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(parsed):
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
