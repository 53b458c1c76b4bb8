"""The file of one message, with all that fetching or sending it needs. Pure."""

import json
from dataclasses import dataclass, field

from holdfast.model.ids import SessionId, TenantId
from holdfast.model.media import FileKind, FileState, RemoteFile
from holdfast.store import Row


@dataclass(frozen=True, slots=True)
class Attachment:
    """A row of the table `attachments`, with its content's and its message's."""

    order_no: int
    session_id: SessionId
    media_id: str
    kind: FileKind
    state: FileState
    direct_path: str
    media_key: bytes = field(repr=False)
    file_enc_sha256: bytes
    attempts: int
    tenant_id: TenantId
    sha256: str
    size_bytes: int
    stored: bool
    message_id: str
    chat: str
    sender: str
    from_me: bool

    @classmethod
    def of(cls, row: Row) -> "Attachment":
        """From the columns of the statements, in their order."""
        order_no, session_id, media_id, kind, state, direct_path, key, enc, attempts, *rest = row
        tenant_id, sha256, size, stored, message_id, chat, sender, body_json = rest
        return cls(
            order_no=order_no,
            session_id=session_id,
            media_id=media_id,
            kind=FileKind(kind),
            state=FileState(state),
            direct_path=direct_path or "",
            media_key=bytes(key or b""),
            file_enc_sha256=bytes(enc or b""),
            attempts=attempts,
            tenant_id=tenant_id,
            sha256=sha256,
            size_bytes=size,
            stored=stored is not None,
            message_id=message_id,
            chat=chat,
            sender=sender,
            from_me=bool(json.loads(body_json).get("from_me")),
        )

    @property
    def remote(self) -> RemoteFile:
        """Where it lies on WhatsApp's servers."""
        sha256 = bytes.fromhex(self.sha256)
        return RemoteFile(self.direct_path, self.media_key, sha256, self.file_enc_sha256, self.size_bytes)
