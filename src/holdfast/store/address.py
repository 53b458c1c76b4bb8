"""Where the database lies. Pure, and quick to import: the settings need it before anything else is there."""

from dataclasses import dataclass, field
from pathlib import Path

from holdfast.model.errors import SettingsError


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A database on a server."""

    url: str = field(repr=False)  #: with the password, if it has one


DatabaseAddress = SqliteFile | PostgresqlServer


def address_of(url: str | None, default: Path) -> DatabaseAddress:
    """The database that HOLDFAST_DATABASE_URL names; without one, the file at `default`.

    Raises SettingsError for a kind of database that is not known.
    """
    if not url:
        return SqliteFile(default)
    scheme, found, rest = url.partition("://")
    if found and scheme in ("postgresql", "postgres"):
        return PostgresqlServer(f"postgresql://{rest}")
    raise SettingsError(
        "HOLDFAST_DATABASE_URL does not begin with postgresql://",
        next_step="Correct it, or unset it to use the SQLite file in the data folder.",
    )
