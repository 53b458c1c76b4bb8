"""The plain pages: each shows what the gateway tells a login's own key, and asks for what a form says."""

from typing import Final

from holdfast.dashboard.rooms import bookings, bots, chats, entering, lab, number, people, searching, watching
from holdfast.dashboard.rooms.room import Form, Room, Values

#: The address of a new booking comes before those of bookings.
_EACH: Final = (number, chats, searching, bots, entering, bookings, people, watching, lab)
ROOMS: Final = tuple(room for each in _EACH for room in each.ROOMS)

__all__ = ["ROOMS", "Form", "Room", "Values"]
