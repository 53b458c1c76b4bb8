"""A bot's step is one commit: what it answers, what it remembers, and that it is done with the event.

Steps enter, with reminders and hand-overs to humans; messages leave through the outbox, what is due and who
has a chat through the journal. It never does half of a step, and none twice.
"""

from holdfast.steps.handovers import Handovers, HeldChat
from holdfast.steps.step import (
    ActCall,
    ChatRef,
    Done,
    Failure,
    HandOver,
    Remembered,
    ReminderChange,
    StateChange,
    Step,
    StepEvent,
)
from holdfast.steps.steps import Act, Steps

__all__ = [
    "Act",
    "ActCall",
    "ChatRef",
    "Done",
    "Failure",
    "HandOver",
    "Handovers",
    "HeldChat",
    "Remembered",
    "ReminderChange",
    "StateChange",
    "Step",
    "StepEvent",
    "Steps",
]
