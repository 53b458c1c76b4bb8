"""Phone numbers and JIDs: what humans write, what WhatsApp writes, and which two name one person.

A number is never judged by a number library: real linked numbers exist that those call invalid.
"""

import re
import unicodedata
from typing import Final

PN_SERVER: Final = "s.whatsapp.net"
LID_SERVER: Final = "lid"
GROUP_SERVER: Final = "g.us"

# What may be written to. Broadcast lists, newsletters and bots are not among them yet.
_SERVERS: Final = frozenset({PN_SERVER, LID_SERVER, GROUP_SERVER})
_DIGITS: Final = re.compile(r"[0-9]{5,15}")
_LID: Final = re.compile(r"[0-9]{1,20}")
_GROUP: Final = re.compile(r"[0-9]{5,20}(-[0-9]{5,20})?")
# What people put between digits. A leading + or 00 is the international prefix.
_DECORATION: Final = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
# Unicode categories of characters that have no ink: marks of direction, joiners, spaces.
_NO_INK: Final = frozenset({"Cf", "Zs", "Zl", "Zp"})
# Characters of other categories that have none either: fillers, selectors of a variant.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LONGEST: Final = 128
_LONGEST_PASTED: Final = 1024


def parse_recipient(text: str) -> str | None:
    """The JID that `text` means, without device, or None when it means nobody.

    Takes +E.164, bare digits with country code (5 to 15), both with the usual decoration, and JIDs of people
    (`…@s.whatsapp.net`, the older `…@c.us`, `…@lid`) and groups (`…@g.us`), with or without a device. What
    cannot be seen is not part of a number: address books and web pages paste such characters along.
    """
    text = _visible(text) if len(text) <= _LONGEST_PASTED else ""
    if not 0 < len(text) <= _LONGEST:
        return None
    if "@" in text:
        return _parse_jid(text)
    digits = _international(text)
    # No country's code begins with 0: such a number is a national one, and somebody else's abroad.
    return f"{digits}@{PN_SERVER}" if _DIGITS.fullmatch(digits) and digits[0] != "0" else None


def national_digits(text: str) -> str | None:
    """`15112345678` of `0151 12345678`: a number without its country's code; None for anything else."""
    if len(text) > _LONGEST:
        return None
    digits = _international(_visible(text))
    return digits[1:] if _DIGITS.fullmatch(digits) and digits[0] == "0" else None


def _international(text: str) -> str:
    digits = _DECORATION.sub("", text)
    if digits.startswith("+"):
        return digits[1:]
    return digits[2:] if digits.startswith("00") else digits


def _visible(text: str) -> str:
    """The text in its plainest characters (`＋４９` is `+49`), without those that have no ink."""
    if text.isascii():
        return text.replace(" ", "").strip()  # the common case: of these only the space has no ink
    plain = unicodedata.normalize("NFKC", _BLANK.sub("", text))
    return "".join(it for it in plain if unicodedata.category(it) not in _NO_INK).strip()


def _parse_jid(text: str) -> str | None:
    user, _, server = text.partition("@")
    server = server.lower()
    if server == "c.us":
        server = PN_SERVER
    if server not in _SERVERS:
        return None
    if server == GROUP_SERVER:
        return f"{user}@{server}" if _GROUP.fullmatch(user) else None
    user = bare_user(user)
    shape = _LID if server == LID_SERVER else _DIGITS
    return f"{user}@{server}" if shape.fullmatch(user) else None


def bare_user(user: str) -> str:
    """The user part without agent and device: `4915…_1:3` gives `4915…`."""
    return user.partition(":")[0].partition("_")[0].partition(".")[0]


def without_device(jid: str) -> str:
    """The JID of the person: `4915…:3@s.whatsapp.net` gives `4915…@s.whatsapp.net`. Others stay."""
    user, at, server = jid.partition("@")
    return f"{bare_user(user)}@{server}" if at and server in {PN_SERVER, LID_SERVER} else jid


def is_lid(jid: str) -> bool:
    """True for the hidden-number form of a person."""
    return jid.endswith("@lid")


def is_pn(jid: str) -> bool:
    """True for the phone-number form of a person."""
    return jid.endswith("@s.whatsapp.net")


def is_group(jid: str) -> bool:
    """True for a group."""
    return jid.endswith("@g.us")


def phone_of(jid: str | None) -> str | None:
    """`+4915…` for a phone-number JID, verbatim; None for anything else."""
    if not jid or not is_pn(jid):
        return None
    return "+" + bare_user(jid.partition("@")[0])


def pair_of(one: str, other: str) -> tuple[str, str] | None:
    """(PN, LID) if the two JIDs are the two forms of one person, else None."""
    if is_pn(one) and is_lid(other):
        return one, other
    if is_lid(one) and is_pn(other):
        return other, one
    return None
