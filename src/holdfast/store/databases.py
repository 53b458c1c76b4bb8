"""Which database fills the seam for which address."""

from holdfast.store.address import DatabaseAddress, PostgresqlServer, SqliteFile
from holdfast.store.connection import Database
from holdfast.store.sqlite import SqliteDatabase


def database_at(address: DatabaseAddress) -> Database:
    """The database there, not opened yet."""
    match address:
        case SqliteFile(path):
            return SqliteDatabase(path)
        case PostgresqlServer(url):
            from holdfast.store.postgresql import PostgresqlDatabase  # its driver is for those who use it

            return PostgresqlDatabase(url)
