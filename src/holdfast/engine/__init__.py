"""The only room that talks to the engine: its process, its socket, its facts and commands as typed values.

Commands enter, facts, levels and deliveries leave. It never decides anything about a session.
"""

from holdfast.engine.facts import Device, EngineIdentity, Folder, Held, Levels, SessionFact
from holdfast.engine.intake import Intake
from holdfast.engine.link import EngineLink
from holdfast.engine.process import EngineProcess, EngineProgram, running, stop

__all__ = [
    "Device",
    "EngineIdentity",
    "EngineLink",
    "EngineProcess",
    "EngineProgram",
    "Folder",
    "Held",
    "Intake",
    "Levels",
    "SessionFact",
    "running",
    "stop",
]
