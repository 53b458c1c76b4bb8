"""What a handler, a filter or middleware says became of an event. Pure."""

from enum import Enum


class Outcome(Enum):
    """What became of an event at a handler."""

    HANDLED = "handled"  # the event is done: nobody else hears it
    UNHANDLED = "unhandled"  # as if this handler had not been there: the next one is asked


#: A handler returns it to say that the next one should have the event. What it did is forgotten.
UNHANDLED = Outcome.UNHANDLED
HANDLED = Outcome.HANDLED
