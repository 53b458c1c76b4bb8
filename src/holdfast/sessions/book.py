"""Every session in memory, found by id, by name and by number."""

from collections.abc import Iterator

from holdfast.model.errors import UnknownSession
from holdfast.model.seams import SessionRef
from holdfast.sessions.live import Live
from holdfast.vault import Record


class Book:
    """Fills the seam SessionDirectory."""

    def __init__(self) -> None:
        self._by_id: dict[str, Live] = {}
        self._by_name: dict[tuple[str, str], Live] = {}
        self._by_phone: dict[str, Live] = {}

    def __iter__(self) -> Iterator[Live]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, live: Live) -> None:
        """A new session."""
        self._by_id[live.id] = live
        self._index(live)

    def rewrite(self, live: Live, record: Record) -> None:
        """A session's record changes."""
        self._unindex(live)
        live.record = record
        self._index(live)

    def remove(self, live: Live) -> None:
        """A session is gone."""
        self._unindex(live)
        del self._by_id[live.id]

    def _index(self, live: Live) -> None:
        self._by_name[live.record.tenant_id, live.record.name] = live
        if live.record.phone:
            self._by_phone[live.record.phone] = live

    def _unindex(self, live: Live) -> None:
        self._by_name.pop((live.record.tenant_id, live.record.name), None)
        if live.record.phone:
            self._by_phone.pop(live.record.phone, None)

    def get(self, session_id: str) -> Live | None:
        """By id."""
        return self._by_id.get(session_id)

    def named(self, tenant_id: str, name: str) -> Live | None:
        """By name."""
        return self._by_name.get((tenant_id, name))

    def with_phone(self, phone: str) -> Live | None:
        """By number, digits as in the JID. One session per installation, whoever's."""
        return self._by_phone.get(phone)

    def find(self, tenant_id: str, ref: str) -> Live:
        """By id, name or own number, with or without +, of this tenant. Raises UnknownSession."""
        for live in (self.get(ref), self.named(tenant_id, ref), self.with_phone(ref.removeprefix("+"))):
            if live is not None and live.record.tenant_id == tenant_id:
                return live
        raise UnknownSession()

    def resolve(self, tenant_id: str, ref: str) -> SessionRef:
        """What rooms need that do not know sessions. Raises UnknownSession."""
        live = self.find(tenant_id, ref)
        return SessionRef(live.id, live.record.tenant_id, live.record.name)
