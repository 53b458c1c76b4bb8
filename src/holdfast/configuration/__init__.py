"""Documents that people edit and bots read: validated, every version kept, effective at once.

Whole documents enter with their author, versions and differences leave, and an event says which one is new.
It never changes a version that was written.
"""

from holdfast.configuration.configuration import Configuration, Document, read
from holdfast.configuration.difference import Change, changes
from holdfast.configuration.kinds import Fault, Kind, Kinds

__all__ = ["Change", "Configuration", "Document", "Fault", "Kind", "Kinds", "changes", "read"]
