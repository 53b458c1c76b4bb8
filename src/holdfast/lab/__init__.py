"""The offline lab: a simulated WhatsApp, its phones, and a whole Holdfast against it.

Commands for phones and faults enter, what phones received leaves. It never talks to WhatsApp, and ends only
processes that it started.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holdfast.lab.admin import SimulatorError, SimulatorSilent
    from holdfast.lab.facts import (
        Account,
        Activity,
        AnswerDelay,
        Call,
        Chat,
        Clock,
        Companion,
        Contact,
        Conversation,
        File,
        GroupState,
        Line,
        Linked,
        Member,
        Passkey,
        PhoneState,
        Receipt,
        Received,
        Unlinked,
    )
    from holdfast.lab.faults import Fault, FaultInForce, FaultKind, Match
    from holdfast.lab.group import Group
    from holdfast.lab.linked import LinkedStack
    from holdfast.lab.phone import Phone
    from holdfast.lab.simulator import Simulator
    from holdfast.lab.stack import Stack, StackError
    from holdfast.lab.transcript import Node, Stanza

# Each name is imported when somebody asks for it: the pytest plugin is loaded in every test run of every
# project that has Holdfast installed, and may cost those nothing.
_PLACES = {
    "admin": ("SimulatorError", "SimulatorSilent"),
    "facts": (
        "Account",
        "Activity",
        "AnswerDelay",
        "Call",
        "Chat",
        "Clock",
        "Companion",
        "Contact",
        "Conversation",
        "File",
        "GroupState",
        "Line",
        "Linked",
        "Member",
        "Passkey",
        "PhoneState",
        "Receipt",
        "Received",
        "Unlinked",
    ),
    "faults": ("Fault", "FaultInForce", "FaultKind", "Match"),
    "group": ("Group",),
    "linked": ("LinkedStack",),
    "phone": ("Phone",),
    "simulator": ("Simulator",),
    "stack": ("Stack", "StackError"),
    "transcript": ("Node", "Stanza"),
}

__all__ = [
    "Account",
    "Activity",
    "AnswerDelay",
    "Call",
    "Chat",
    "Clock",
    "Companion",
    "Contact",
    "Conversation",
    "Fault",
    "FaultInForce",
    "FaultKind",
    "File",
    "Group",
    "GroupState",
    "Line",
    "Linked",
    "LinkedStack",
    "Match",
    "Member",
    "Node",
    "Passkey",
    "Phone",
    "PhoneState",
    "Receipt",
    "Received",
    "Simulator",
    "SimulatorError",
    "SimulatorSilent",
    "Stack",
    "StackError",
    "Stanza",
    "Unlinked",
]


def __getattr__(name: str) -> Any:
    for place, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"holdfast.lab.{place}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
