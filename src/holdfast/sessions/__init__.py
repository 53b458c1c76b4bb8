"""Sessions: what every number is doing, and why.

Facts of the engine and wishes of owners enter; states, timeline and commands to the engine leave. It decides
everything about connections and nothing about messages; only `machine.py` changes a state, and only the
supervisor calls it.
"""

from holdfast.sessions.desk import Desk
from holdfast.sessions.live import ShownCode, View
from holdfast.sessions.recorder import Recorder
from holdfast.sessions.repository import TimelineEntry
from holdfast.sessions.restoration import Progress
from holdfast.sessions.supervisor import Supervisor

__all__ = ["Desk", "Progress", "Recorder", "ShownCode", "Supervisor", "TimelineEntry", "View"]
