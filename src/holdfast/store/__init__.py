"""The gateway's database: one writer that commits groups, readers beside it, the schema and its migrations.

In come functions on a unit, out come their results, after the commit. It never knows what a row means, with
one exception: the names of a person (`aliases`), which several rooms need inside their units.
"""

from holdfast.store.address import DatabaseAddress, PostgresqlServer, SqliteFile, address_of
from holdfast.store.failures import ConstraintViolated, StatementFailed
from holdfast.store.migrate import HEAD
from holdfast.store.statement import Row, Statement
from holdfast.store.store import Store
from holdfast.store.unit import ReadUnit, WriteUnit

__all__ = [
    "HEAD",
    "ConstraintViolated",
    "DatabaseAddress",
    "PostgresqlServer",
    "ReadUnit",
    "Row",
    "SqliteFile",
    "Statement",
    "StatementFailed",
    "Store",
    "WriteUnit",
    "address_of",
]
