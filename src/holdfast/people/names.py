"""What callers write for people and groups, as JIDs. Pure."""

from collections.abc import Sequence
from typing import Final

from holdfast.model.address import is_group, parse_recipient
from holdfast.model.errors import RecipientInvalid, RequestInvalid

#: Members of one request; a group holds 1,024.
MOST: Final = 1024


def group_jid(text: str) -> str:
    """The JID of a group. Raises RecipientInvalid."""
    jid = parse_recipient(text)
    if jid is None or not is_group(jid):
        raise RecipientInvalid(
            "This is not the JID of a group", next_step="Take one from the list of groups, like 12036…@g.us."
        )
    return jid


def person_jid(text: str) -> str:
    """The JID of a person. Raises RecipientInvalid."""
    jid = parse_recipient(text)
    if jid is None or is_group(jid):
        raise RecipientInvalid
    return jid


def person_jids(texts: Sequence[str]) -> list[str]:
    """The JIDs of people, each once, in their order. Raises RecipientInvalid, RequestInvalid for none."""
    jids = list(dict.fromkeys(map(person_jid, texts)))
    if not 0 < len(jids) <= MOST:
        raise RequestInvalid(f"Name between 1 and {MOST} people")
    return jids
