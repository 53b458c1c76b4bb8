"""The gateway's database: one writer that commits groups, readers beside it, the schema and its migrations.

In come functions on a connection, out come their results, after the commit. It never knows what a row
means, with one exception: the names of a person (`aliases`), which several rooms need inside their units.
"""

from holdfast.store.failures import unavailable
from holdfast.store.store import Store
from holdfast.store.unit import after_commit, cache

__all__ = ["Store", "after_commit", "cache", "unavailable"]
