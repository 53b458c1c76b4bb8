"""Whom a phone writes to, and how the admin API calls them. Pure."""

from typing import TypeAlias

from holdfast.lab.group import Group
from holdfast.lab.line import Numbered

#: A phone, a group, a number or a JID.
Address: TypeAlias = Numbered | Group | str


def address(to: Address) -> str:
    """The admin API's word for somebody."""
    if isinstance(to, Group):
        return to.jid
    return to.lstrip("+") if isinstance(to, str) else to.phone
