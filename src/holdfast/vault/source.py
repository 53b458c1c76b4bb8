"""What was found of another program's credentials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.model.address import bare_user
from holdfast.model.errors import SourceUnusable


class PasswordWanted(SourceUnusable):
    """The server that has them asks for a password."""


class Kind(StrEnum):
    """How another program keeps credentials."""

    BAILEYS = "baileys"
    WHATSMEOW = "whatsmeow"


@dataclass(frozen=True, slots=True)
class Source:
    """What was found at a place: a path, or the address of a server with its password."""

    kind: Kind
    place: str = field(repr=False)
    jid: str
    push_name: str
    #: What comes along, by noun.
    carried: Mapping[str, int]
    #: What stays behind, by noun, and begins afresh.
    left: Mapping[str, int] = field(default_factory=dict)
    #: The program that has it open now: its name and process id. Empty: nobody was seen.
    used_by: str = ""
    changed_s_ago: float = 0.0

    @property
    def number(self) -> str:
        """The phone number, without a plus."""
        return bare_user(self.jid)


def chosen(devices: Sequence[tuple[str, str | None]], wanted: str) -> tuple[str, str]:
    """JID and name of the device that is meant by a number or JID; nothing: of the only one.

    Raises SourceUnusable.
    """
    if not devices:
        raise SourceUnusable(
            "No device is in it: it was never linked, or was logged out", next_step="Link it: holdfast pair."
        )
    names = ", ".join(jid for jid, _ in devices)
    if not wanted and len(devices) > 1:
        raise SourceUnusable(f"Several devices are in it: {names}", next_step="Choose one with --device.")
    for jid, push_name in devices:
        if wanted in ("", jid, bare_user(jid), f"+{bare_user(jid)}"):
            return jid, push_name or ""
    raise SourceUnusable(f"{wanted} is not in it; there are {names}", next_step="Choose one of these.")
