"""The event log: what happened, in one order, each with a stable id and a cursor to continue after.

In come appends inside other rooms' units of work, out go pages after a cursor and a wake-up at every
commit. It never forgets an event on its own and never waits for a reader.
"""

from holdfast.journal.event import Draft, Event, Filter, encode_data
from holdfast.journal.journal import Journal, Page

__all__ = ["Draft", "Event", "Filter", "Journal", "Page", "encode_data"]
