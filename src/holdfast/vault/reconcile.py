"""Database, registry and disk at a start: what is missing in one is rebuilt from the others. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from holdfast.model.ids import SessionId
from holdfast.vault.registry import Record


@dataclass(frozen=True, slots=True)
class Missing:
    """What the database lacks or has older, and whether the registry is older."""

    into_database: tuple[Record, ...]
    #: Records that are newer than the database's: an older copy of it was put back.
    newer: tuple[Record, ...]
    registry_stale: bool


def compare(
    database: Mapping[SessionId, Record],
    registry: Mapping[SessionId, Record],
    gone: frozenset[SessionId],
) -> Missing:
    """The records to add to the database, and those that are newer than its own.

    `gone` are ids that were deleted.
    """
    newer = {
        record.id: record
        for record in registry.values()
        if record.id in database and record.revision > database[record.id].revision
    }
    known = {**database, **newer}
    names = {(record.tenant_id, record.name) for record in known.values()}
    phones = {record.phone for record in known.values() if record.phone}
    added: list[Record] = []
    for record in registry.values():
        if record.id in database or record.id in gone:
            continue
        fitting = _free(record, names, phones)
        names.add((fitting.tenant_id, fitting.name))
        if fitting.phone:
            phones.add(fitting.phone)
        added.append(fitting)
    merged = {**known, **{record.id: record for record in added}}
    return Missing(tuple(added), tuple(newer.values()), registry_stale=merged != dict(registry))


def _free(record: Record, names: Iterable[tuple[str, str]], phones: Iterable[str | None]) -> Record:
    """The record under a free name, and without a number that another session owns by now."""
    taken, number, name = set(names), 2, record.name
    while (record.tenant_id, name) in taken:
        name, number = f"{record.name}-{number}", number + 1
    if record.phone in set(phones):
        record = replace(record, folder=None, phone=None, jid=None, lid=None)
    return replace(record, name=name)
