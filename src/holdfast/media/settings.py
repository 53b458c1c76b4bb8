"""How large files may be, and what is fetched: for the installation, and per session."""

from dataclasses import dataclass, field

from holdfast.media import statements
from holdfast.media.policy import FetchPolicy
from holdfast.model.ids import SessionId
from holdfast.model.media import FileKind
from holdfast.store import ReadUnit, WriteUnit

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The installation's."""

    #: Of one file, whichever way it comes.
    max_bytes: int = 2048 * _MIB
    #: What a session fetches that has no policy of its own.
    fetch: FetchPolicy = field(default_factory=FetchPolicy)
    #: Internal hosts that may be asked for files by address.
    url_hosts: frozenset[str] = frozenset()
    #: How long fetching from an address may take.
    url_within_s: float = 300.0


def policy_of(unit: ReadUnit, session_id: SessionId) -> FetchPolicy | None:
    """A session's own policy; None where it follows the installation."""
    row = unit.first(statements.FETCH_POLICY, session_id=session_id)
    if row is None:
        return None
    known = {kind.value: kind for kind in FileKind}
    return FetchPolicy(frozenset(known[word] for word in str(row[0]).split() if word in known), int(row[1]))


def set_policy(unit: WriteUnit, session_id: SessionId, policy: FetchPolicy | None) -> None:
    """Give a session a policy of its own; None: it follows the installation again."""
    if policy is None:
        unit.run(statements.FORGET_FETCH_POLICY, session_id=session_id)
        return
    kinds = " ".join(sorted(kind.value for kind in policy.kinds))
    unit.run(statements.SET_FETCH_POLICY, session_id=session_id, kinds=kinds, max_bytes=policy.max_bytes)
