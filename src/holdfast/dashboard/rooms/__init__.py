"""The plain pages: each shows what the gateway tells a login's own key, and asks for what a form says."""

from typing import Final

from holdfast.dashboard.rooms import bookings, bots, chats, lab, number, people, searching, watching
from holdfast.dashboard.rooms.room import Form, Room, Values

_EACH: Final = (number, chats, searching, bots, bookings, people, watching, lab)
ROOMS: Final = tuple(room for each in _EACH for room in each.ROOMS)

__all__ = ["ROOMS", "Form", "Room", "Values"]
