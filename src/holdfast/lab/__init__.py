"""The offline lab: a simulated WhatsApp, its phones, and a whole Holdfast against it.

Commands for phones and faults enter, what phones received leaves. It never talks to WhatsApp, and ends only
processes that it started.
"""

from holdfast.lab.simulator import Account, Companion, Phone, Receipt, Received, Simulator, SimulatorError
from holdfast.lab.stack import Stack, StackError

__all__ = [
    "Account",
    "Companion",
    "Phone",
    "Receipt",
    "Received",
    "Simulator",
    "SimulatorError",
    "Stack",
    "StackError",
]
