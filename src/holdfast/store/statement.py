"""One SQL statement with a name. Pure.

Statements are written in the subset that SQLite and PostgreSQL both run; where the two differ, the one for
PostgreSQL stands beside it. `:name` marks a value. `{keys}` marks a list of tuples, for statements that look
many rows up at once:

    WITH wanted(session_id, message_id) AS (VALUES {keys}) SELECT … FROM wanted w JOIN …
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

_KEYS: Final = "{keys}"
_VALUE: Final = re.compile(r"(?<![:\w]):([a-z][a-z0-9_]*)")

#: One row of a result, column by column.
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a driver wants its values marked."""

    name: str
    named: Callable[[str], str]
    positional: str
    #: What stands for a percent sign that marks no value.
    percent: str


SQLITE: Final = Dialect("sqlite", ":{}".format, "?", "%")
POSTGRESQL: Final = Dialect("postgresql", "%({})s".format, "%s", "%%")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, ready for both databases.

    Raises ValueError for one that marks its keys in one database alone, or more than once.
    """

    name: str  #: `<room>.<what it does>`
    about: str  #: what it does, in a sentence
    sql: str = field(repr=False)
    postgresql: str | None = field(default=None, repr=False)
    for_sqlite: "Compiled" = field(init=False, repr=False, compare=False)
    for_postgresql: "Compiled" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        other = self.sql if self.postgresql is None else self.postgresql
        counts = {text.count(_KEYS) for text in (self.sql, other)}
        if counts not in ({0}, {1}):
            raise ValueError(f"{self.name}: {_KEYS} stands once in both forms or in none")
        object.__setattr__(self, "for_sqlite", Compiled.of(self.sql, SQLITE))
        object.__setattr__(self, "for_postgresql", Compiled.of(other, POSTGRESQL))

    @property
    def takes_keys(self) -> bool:
        """True if it looks up a list of keys."""
        return _KEYS in self.sql


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as one driver takes it."""

    #: With named values. Not for a statement that takes keys.
    text: str
    #: The same with values by position, cut where the keys stand, and the values' names in their order.
    parts: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    mark: str

    @classmethod
    def of(cls, sql: str, dialect: Dialect) -> "Compiled":
        """Translate the marks."""
        sql = sql.strip().replace("%", dialect.percent)
        parts = sql.split(_KEYS)
        return cls(
            text=_VALUE.sub(lambda found: dialect.named(found[1]), sql),
            parts=tuple(_VALUE.sub(dialect.positional, part) for part in parts),
            names=tuple(tuple(_VALUE.findall(part)) for part in parts),
            mark=dialect.positional,
        )

    def with_keys(
        self, keys: Sequence[Sequence[object]], values: Mapping[str, object]
    ) -> tuple[str, list[object]]:
        """The text for this many keys, and everything that it is given, in order."""
        one = "(" + ",".join([self.mark] * len(keys[0])) + ")"
        before, after = self.parts
        given = [values[name] for name in self.names[0]]
        for key in keys:
            given += key
        given += [values[name] for name in self.names[1]]
        return before + ",".join([one] * len(keys)) + after, given

    def in_order(self, rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[object, ...]]:
        """The values of each row by position, for `parts[0]`: drivers take many rows faster that way."""
        names = self.names[0]
        if len(names) == 1:
            return ((row[names[0]],) for row in rows)
        return map(itemgetter(*names), rows)
