"""Every session in memory, found by id, by name and by number."""

from collections.abc import Iterator
from dataclasses import replace

from holdfast.kit.nearest import nearest
from holdfast.model.address import without_device
from holdfast.model.errors import UnknownSession
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.seams import SessionRef
from holdfast.sessions.runtime import Runtime
from holdfast.vault import Record


class Index:
    """Fills the seam SessionDirectory."""

    def __init__(self) -> None:
        self._by_id: dict[str, Runtime] = {}
        self._by_name: dict[tuple[str, str], Runtime] = {}
        self._by_phone: dict[str, Runtime] = {}
        self._forgotten: dict[str, Runtime] = {}

    def __iter__(self) -> Iterator[Runtime]:
        return iter(self._by_id.values())

    def __contains__(self, runtime: Runtime) -> bool:
        return runtime.id in self._by_id

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, runtime: Runtime) -> None:
        """A new session."""
        self._by_id[runtime.id] = runtime
        self._index(runtime)

    def rewrite(self, runtime: Runtime, record: Record) -> None:
        """A session's record changes: it is newer than every record of before."""
        self._unindex(runtime)
        runtime.record = replace(record, revision=runtime.record.revision + 1)
        self._index(runtime)

    def remove(self, runtime: Runtime) -> None:
        """A session is gone. Safe to repeat."""
        self._unindex(runtime)
        self._by_id.pop(runtime.id, None)
        self._forgotten[runtime.id] = runtime

    def _index(self, runtime: Runtime) -> None:
        self._by_name[runtime.record.tenant_id, runtime.record.name] = runtime
        if runtime.record.phone:
            self._by_phone[runtime.record.phone] = runtime

    def _unindex(self, runtime: Runtime) -> None:
        record = runtime.record
        if self._by_name.get((record.tenant_id, record.name)) is runtime:
            del self._by_name[record.tenant_id, record.name]
        if record.phone and self._by_phone.get(record.phone) is runtime:
            del self._by_phone[record.phone]

    def get(self, session_id: SessionId) -> Runtime | None:
        """By id. Also a deleted one: the engine may still say something of it."""
        return self._by_id.get(session_id) or self._forgotten.get(session_id)

    def named(self, tenant_id: TenantId, name: str) -> Runtime | None:
        """By name."""
        return self._by_name.get((tenant_id, name))

    def with_phone(self, phone: str) -> Runtime | None:
        """By number, digits as in the JID. One session per installation, whoever's."""
        return self._by_phone.get(phone)

    def find(self, tenant_id: TenantId, ref: str) -> Runtime:
        """By id, name or number, with or without +, of this tenant. Raises UnknownSession."""
        by_number = self.with_phone(ref.removeprefix("+"))
        for runtime in (self.get(SessionId(ref)), self.named(tenant_id, ref), by_number):
            if runtime is not None and runtime.record.tenant_id == tenant_id and not runtime.deleted:
                return runtime
        raise self._unknown(tenant_id, ref)

    def _unknown(self, tenant_id: TenantId, ref: str) -> UnknownSession:
        names = [name for tenant, name in self._by_name if tenant == tenant_id]
        near = nearest(ref, names)
        return UnknownSession(f"No session is called {ref}; did you mean {near}?" if near else "")

    def can_send(self, session: SessionRef) -> bool:
        """The session is connected."""
        runtime = self.get(session.session_id)
        return runtime is not None and runtime.session.state.up

    def resolve(self, tenant_id: TenantId, ref: str) -> SessionRef:
        """What rooms need that do not know sessions. Raises UnknownSession."""
        runtime = self.find(tenant_id, ref)
        record = runtime.record
        sender = without_device(record.lid or record.jid or "")
        return SessionRef(runtime.id, record.tenant_id, record.name, record.phone or "", sender)
