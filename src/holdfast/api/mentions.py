"""Whoever is mentioned has to be in the group: phones show others as plain text."""

from holdfast.api.rooms import Rooms
from holdfast.api.sending import Wanted
from holdfast.kit import foreign
from holdfast.model.address import is_group, parse_recipient
from holdfast.model.errors import ContentInvalid, HoldfastError
from holdfast.model.seams import SessionRef


async def check_mentions(rooms: Rooms, session: SessionRef, wanted: Wanted) -> None:
    """Return when everybody who is mentioned is in the group, or nobody can tell now.

    Raises ContentInvalid with the first who is not.
    """
    to = parse_recipient(wanted.to)
    people = {each: parse_recipient(each) for each in wanted.mentions}
    known = {jid: each for each, jid in people.items() if jid is not None}
    if not known or to is None or not is_group(to):
        return
    try:
        outside = await rooms.groups.outside(session, to, list(known))
    except HoldfastError:
        return  # the number is not connected, or WhatsApp does not say: the message is none the worse for it
    if outside:
        raise ContentInvalid(
            f"{foreign.one_line(known[outside[0]])} is not in this group",
            next_step="Mention members of the group, by number with country code or JID.",
        )
