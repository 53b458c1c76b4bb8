"""The plain pages: each shows what the gateway tells a login's own key, and asks for what a form says."""

from typing import Final

from holdfast.dashboard.rooms import chats, lab, number, people, searching, watching
from holdfast.dashboard.rooms.room import Form, Room, Values

ROOMS: Final = (*number.ROOMS, *chats.ROOMS, *searching.ROOMS, *people.ROOMS, *watching.ROOMS, *lab.ROOMS)

__all__ = ["ROOMS", "Form", "Room", "Values"]
