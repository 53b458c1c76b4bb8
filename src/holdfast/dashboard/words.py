"""What the page calls things: its buttons by what the gateway offers, and its colours. Tables, pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from holdfast.dashboard.language import N_, NN_
from holdfast.model.actions import Action


class Verb(StrEnum):
    """What a person can press."""

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
class Button:
    """One button of a card."""

    verb: Verb
    label: str
    tone: Tone = Tone.QUIET


BUTTONS: Mapping[Action, tuple[Button, ...]] = {
    Action.PAIR: (Button(Verb.LINK, N_("Show QR code"), Tone.MAIN),),
    Action.CANCEL_PAIRING: (
        Button(Verb.SHOW_QR, N_("Show QR code"), Tone.MAIN),
        Button(Verb.CANCEL, N_("Cancel")),
    ),
    Action.CONNECT: (Button(Verb.CONNECT, N_("Connect"), Tone.MAIN),),
    Action.DISCONNECT: (Button(Verb.DISCONNECT, N_("Pause")),),
    Action.LOG_OUT: (Button(Verb.LOGOUT, N_("Log out"), Tone.DANGER),),
    Action.DELETE: (Button(Verb.REMOVE, N_("Remove"), Tone.DANGER),),
}


def buttons(offered: Collection[str]) -> list[Button]:
    """The buttons for what the gateway offers, in its order. Actions of a newer gateway have none."""
    # Deleting what is linked would log it out on the way: that is asked for first, and by its name.
    hidden = {Action.DELETE} if Action.LOG_OUT in offered else set()
    known = [Action(it) for it in offered if it in set(Action) - hidden]
    return [button for action in known for button in BUTTONS[action]]


#: What a colour says in the summary, of one number and of several, in the order of urgency.
COLORS: Mapping[str, tuple[str, str]] = {
    "red": NN_("needs you", "need you"),
    "yellow": NN_("on its way", "on their way"),
    "green": NN_("connected", "connected"),
    "grey": NN_("resting", "resting"),
}


@lru_cache(maxsize=10_000)
def telephone(phone: str | None) -> str:
    """A linked number as people read it; digits that no plan knows stay as they are, after a plus."""
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
