"""Chats: which there are, what was said last, what is unread; and their messages, from either end.

In come messages that are stored already: they are followed from a place that stands in one transaction with
what was made of them. The inbox tells what the phone did elsewhere. Out go lists. It keeps no message of its
own, and no message waits for it.
"""

from holdfast.chats.chat import Chat, ChatPlace, Label
from holdfast.chats.chats import Chats, Wanted
from holdfast.chats.following import ListOfChats
from holdfast.chats.importing import Importer
from holdfast.chats.labels import forget as forget_labels
from holdfast.chats.rows import merge as merge_chats
from holdfast.chats.telling import Telling
from holdfast.chats.traffic import Count, Traffic

__all__ = [
    "Chat",
    "ChatPlace",
    "Chats",
    "Count",
    "Importer",
    "Label",
    "ListOfChats",
    "Telling",
    "Traffic",
    "Wanted",
    "forget_labels",
    "merge_chats",
]
