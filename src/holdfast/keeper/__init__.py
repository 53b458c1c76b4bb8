"""Runs the programs of one Holdfast and keeps them running.

A place (folder, ports) enters, live processes and facts about them leave. It never talks to the gateway,
and ends only processes that it started.
"""

from holdfast.keeper.place import Place, alive, free_port, gone, port_is_free
from holdfast.keeper.programs import (
    Ended,
    Keeper,
    KeeperFact,
    Program,
    ProgramRefused,
    Started,
    end_with_parent,
    last_line,
    restart_delay_s,
)

__all__ = [
    "Ended",
    "Keeper",
    "KeeperFact",
    "Place",
    "Program",
    "ProgramRefused",
    "Started",
    "alive",
    "end_with_parent",
    "free_port",
    "gone",
    "last_line",
    "port_is_free",
    "restart_delay_s",
]
