"""What an archive says of itself: in the clear beside its content, and in full inside of it. Pure.

The description holds no secret: it lets archives be listed without a passphrase. The manifest lies encrypted
as the last file of the content, so that an archive that ends early is never taken for a whole one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

from holdfast.model.errors import BackupNewer, BackupTorn

T = TypeVar("T")

#: Of the archive's own layout. A program refuses what is newer than it knows.
FORMAT: Final = 1

_NAME: Final = re.compile(r"holdfast-(\d{8}T\d{6}Z)-([0-9a-z]{6})\.backup")
_INSIDE: Final = re.compile(
    r"(master\.key|registry\.json|holdfast\.db|manifest\.json"
    r"|snapshots/[0-9A-Za-z][0-9A-Za-z_+-]{0,63}/[0-9A-Za-z][0-9A-Za-z_-]{0,63}/session\.(db|key|digest)"
    r"|media/[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Description:
    """What everybody may know of an archive."""

    id: str
    format: int
    #: Of the program that made it, and of its database's schema.
    version: str
    schema: str
    created_at_ms: int
    #: `passphrase` or `recipients`.
    locked_by: str
    #: `lab` or `whatsapp`: credentials of one are never shown to the other.
    world: str
    numbers: int
    messages: bool
    media: bool
    #: Made of an installation that rests since: what waits to be sent goes on after a restore.
    moved: bool = False

    @property
    def name(self) -> str:
        """The archive's file name. Names sort by time."""
        stamp = iso_stamp(self.created_at_ms)
        return f"holdfast-{stamp}-{self.id[-6:].lower()}.backup"


@dataclass(frozen=True, slots=True)
class Number:
    """A number whose credentials are in the archive."""

    number: str
    session: str
    #: When what lies in the archive was saved.
    saved_at_ms: int


@dataclass(frozen=True, slots=True)
class Content:
    """One file of the content."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that an archive holds."""

    description: Description
    #: The machine and the folder that it was made of, for noticing that the old installation still runs.
    machine: str
    data: str
    numbers: Sequence[Number]
    #: Numbers that are linked and could not be saved, with the reason.
    left_out: Sequence[str]
    #: Rows by noun, as they were counted in the copy.
    counts: Mapping[str, int]
    files: Sequence[Content]

    def to_json(self) -> bytes:
        """The bytes of manifest.json."""
        return json.dumps(asdict(self), indent=1).encode()


def iso_stamp(at_ms: int) -> str:
    """`20261129T001500Z`."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y%m%dT%H%M%SZ}"


def is_archive(name: str) -> bool:
    """True for the file names that archives have."""
    return _NAME.fullmatch(name) is not None


def may_lie_inside(name: str) -> bool:
    """True for the names of files that an archive may hold: nothing leaves its folder."""
    return _INSIDE.fullmatch(name) is not None and ".." not in name


def read_description(raw: bytes) -> Description:
    """The description in these bytes. Raises BackupTorn, BackupNewer."""
    body = _object(raw)
    found = body.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise BackupNewer(f"The archive was made by Holdfast {body.get('version', '?')}, which is newer")
    return _typed(Description, body)


def read_manifest(raw: bytes) -> Manifest:
    """The manifest in these bytes. Raises BackupTorn, BackupNewer."""
    body = _object(raw)
    try:
        made = {
            **body,
            "description": read_description(json.dumps(body["description"]).encode()),
            "numbers": [_typed(Number, it) for it in body["numbers"]],
            "files": [_typed(Content, it) for it in body["files"]],
        }
    except (KeyError, TypeError) as exc:
        raise BackupTorn("The archive's manifest cannot be read") from exc
    return _typed(Manifest, made)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as exc:
        raise BackupTorn("The archive's description cannot be read") from exc
    if not isinstance(body, dict):
        raise BackupTorn("The archive's description cannot be read")
    return body


def _typed(kind: type[T], body: Mapping[str, Any]) -> T:
    known = {it.name for it in fields(cast(Any, kind))}
    try:
        return kind(**{key: value for key, value in body.items() if key in known})
    except TypeError as exc:
        raise BackupTorn("The archive's description is not whole") from exc
