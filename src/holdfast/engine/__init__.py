"""The only room that talks to the engine: its process, its socket, its facts and commands as typed values.

Commands enter, facts, levels and deliveries leave. It never decides anything about a session.
"""

from holdfast.engine.answers import (
    Activity,
    Group,
    GroupRequest,
    GroupSettings,
    History,
    HistoryChat,
    Member,
    MemberChange,
    OwnProfile,
    Picture,
    Registered,
)
from holdfast.engine.facts import Device, EngineIdentity, Folder, Held, Levels, SessionFact
from holdfast.engine.families import Acts, Questions
from holdfast.engine.groups import GroupQuestions
from holdfast.engine.intake import Intake
from holdfast.engine.link import EngineLink
from holdfast.engine.process import EngineProcess, EngineProgram, running, stop

__all__ = [
    "Activity",
    "Acts",
    "Device",
    "EngineIdentity",
    "EngineLink",
    "EngineProcess",
    "EngineProgram",
    "Folder",
    "Group",
    "GroupQuestions",
    "GroupRequest",
    "GroupSettings",
    "Held",
    "History",
    "HistoryChat",
    "Intake",
    "Levels",
    "Member",
    "MemberChange",
    "OwnProfile",
    "Picture",
    "Questions",
    "Registered",
    "SessionFact",
    "running",
    "stop",
]
