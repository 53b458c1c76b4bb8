"""Files that messages of ours name, looked up and noted in the unit that accepts the message."""

from dataclasses import replace

from holdfast.media import statements
from holdfast.media.kinds import TAKES, fits
from holdfast.media.library import File, absent
from holdfast.model.content import MediaContent
from holdfast.model.errors import HoldfastError, MediaUnfit, UnknownMedia
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.media import FileKind, FileState
from holdfast.store import ReadUnit, WriteUnit


def file_for(unit: ReadUnit, tenant_id: TenantId, content: MediaContent) -> File | HoldfastError:
    """The file that a content names, when it is here and WhatsApp takes it as this kind."""
    row = unit.first(statements.ONE, id=content.media_id, tenant_id=tenant_id)
    if row is None:
        return UnknownMedia()
    file, kind = File.of(row), FileKind(content.kind.value)
    if file.stored_at_ms is None:
        return absent(unit, file.media_id)
    if not fits(kind, file.mimetype, file.size_bytes):
        most = TAKES[kind].max_bytes
        why = f"up to {most:,} bytes" if file.size_bytes > most else f"not of type {file.mimetype}"
        return MediaUnfit(f"WhatsApp takes {kind} {why}")
    return file


def described(content: MediaContent, file: File) -> MediaContent:
    """The content with what is known of its file."""
    return replace(
        content,
        mimetype=file.mimetype,
        size_bytes=file.size_bytes,
        file_name=content.file_name or file.file_name,
        duration_s=file.duration_s,
        width=file.width,
        height=file.height,
    )


def attach(unit: WriteUnit, order_no: int, session_id: SessionId, content: MediaContent, now_ms: int) -> None:
    """The message needs this file from now on."""
    unit.run(statements.USED, id=content.media_id, now_ms=now_ms)
    unit.run(
        statements.ATTACH,
        order_no=order_no,
        session_id=session_id,
        media_id=content.media_id,
        kind=content.kind.value,
        state=FileState.STORED.value,
        direct_path=None,
        media_key=None,
        file_enc_sha256=None,
    )
