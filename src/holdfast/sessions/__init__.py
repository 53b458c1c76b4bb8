"""Sessions: what every number is doing, and why.

Facts of the engine and what owners ask for enter; states, timeline and commands to the engine leave. It
decides everything about connections and nothing about messages; only `machine.py` changes a state, and only
the roster calls it.
"""

from holdfast.sessions.debts import Debt
from holdfast.sessions.dormancy import Dormancy
from holdfast.sessions.index import Index
from holdfast.sessions.quarantine import PutAway
from holdfast.sessions.recorder import Recorder
from holdfast.sessions.repository import TimelineEntry, records
from holdfast.sessions.restoration import Progress
from holdfast.sessions.runtime import Passkey, ShownCode, TypedCode
from holdfast.sessions.service import Service
from holdfast.sessions.supervisor import Supervisor
from holdfast.sessions.uptime import Share, Uptime
from holdfast.sessions.view import PairingView, View

__all__ = [
    "Debt",
    "Dormancy",
    "Index",
    "PairingView",
    "Passkey",
    "Progress",
    "PutAway",
    "Recorder",
    "Service",
    "Share",
    "ShownCode",
    "Supervisor",
    "TimelineEntry",
    "TypedCode",
    "Uptime",
    "View",
    "records",
]
