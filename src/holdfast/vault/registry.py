"""The second record of every session:

registry.json beside the session folders, replaced as a whole or not at all.
"""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from holdfast.kit import logging
from holdfast.kit.clock import now_ms
from holdfast.kit.files import write_atomically
from holdfast.model.ids import SessionId, TenantId

log = logging.get("vault")

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What must never be lost about a session."""

    id: SessionId
    tenant_id: TenantId
    name: str
    wish: str
    created_at_ms: int
    folder: str | None = None
    phone: str | None = None
    jid: str | None = None
    lid: str | None = None
    push_name: str | None = None
    #: How often the record has changed: of two records of a session the higher one is right.
    revision: int = 0
    #: Its owner has deleted it; it is known until its credentials have left their place.
    deleted: bool = False


_NAMES: Final = tuple(it.name for it in fields(Record))
_values: Final = attrgetter(*_NAMES)
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Registry:
    """The content of the file."""

    records: Mapping[SessionId, Record]  # by session id
    #: Of the master key that wrapped the sessions' keys, None in a new one.
    master_check: str | None = None


def load(path: Path) -> Registry:
    """The registry, empty when there is none.

    One that is damaged or cannot be read is kept aside under another name: the database and the folders
    give everything in it back.
    """
    try:
        return _parse(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Registry({})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        aside = path.with_name(f"{path.name}.damaged-{now_ms()}")
        with contextlib.suppress(OSError):
            path.rename(aside)
        log.error("vault.registry_damaged", error=str(exc), kept_as=aside.name)
        return Registry({})


def peek(path: Path) -> Mapping[SessionId, Record] | None:
    """The records of the file, which stays as it is. None when it cannot be read."""
    found = peek_all(path)
    return None if found is None else found.records


def peek_all(path: Path) -> Registry | None:
    """What the file holds, which stays as it is. None when it cannot be read."""
    try:
        return _parse(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Registry({})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _parse(content: Mapping[str, Any]) -> Registry:
    records = [Record(**{k: v for k, v in row.items() if k in _NAMES}) for row in content["sessions"]]
    return Registry({record.id: record for record in records}, content.get("master_key_check"))


def save(path: Path, records: Iterable[Record], master_check: str) -> None:
    """Replace the file atomically and durably. Raises OSError; the old content is then untouched."""
    lines = [_line(record) for record in sorted(records, key=lambda it: it.id)]
    head = f'{{"version": {_VERSION}, "master_key_check": {_encode(master_check)}, "sessions": [\n'
    write_atomically(path, (head + ",\n".join(lines) + "\n]}\n").encode())


def _line(record: Record) -> str:
    """A record as JSON. Whoever links one number writes all of them: `asdict` would take most of the time."""
    return _encode(dict(zip(_NAMES, _values(record), strict=True)))
