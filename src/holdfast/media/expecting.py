"""Files that received messages name, noted inside the inbox's unit of work: from then on none is
forgotten.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from holdfast.media import statements
from holdfast.model.content import MediaContent
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.media import FileOfMessage, FileState, media_id_of
from holdfast.store import WriteUnit


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a message names."""

    order_no: int
    session_id: SessionId
    tenant_id: TenantId
    content: MediaContent
    file: FileOfMessage

    @classmethod
    def by(
        cls,
        file: FileOfMessage,
        content: MediaContent,
        order_no: int,
        session_id: SessionId,
        tenant_id: TenantId,
    ) -> "Named":
        """The same with the id under which the file will be found in its content."""
        media_id = media_id_of(tenant_id, file.remote.file_sha256)
        return cls(order_no, session_id, tenant_id, replace(content, media_id=media_id), file)


def _nobody(session_id: SessionId) -> None:
    """Nobody fetches."""


class Expecting:
    """Notes files; whoever fetches is told after the commit."""

    def __init__(self, on_expected: Callable[[SessionId], None] = _nobody) -> None:
        self._on_expected = on_expected

    def expect(self, unit: WriteUnit, files: Sequence[Named], now_ms: int) -> None:
        """These files are to be fetched."""
        if not files:
            return
        _note(unit, files, now_ms, FileState.WAITING)
        for session_id in {each.session_id for each in files}:
            unit.after_commit(partial(self._on_expected, session_id))


def note_unfetched(unit: WriteUnit, files: Sequence[Named], now_ms: int) -> None:
    """These files are fetched by request alone."""
    if files:
        _note(unit, files, now_ms, FileState.SKIPPED)


def _note(unit: WriteUnit, files: Sequence[Named], now_ms: int, state: FileState) -> None:
    unit.run_many(statements.EXPECT, [_media_row(each, now_ms) for each in files])
    unit.run_many(statements.ATTACH, [_attachment_row(each, state) for each in files])


def _media_row(it: Named, now_ms: int) -> dict[str, object]:
    content = it.content
    return {
        "id": content.media_id,
        "tenant_id": it.tenant_id,
        "sha256": it.file.remote.file_sha256.hex(),
        "size_bytes": min(content.size_bytes, 2**62),
        "mimetype": content.mimetype,
        "file_name": content.file_name,
        "width": min(content.width, 2**31 - 1),
        "height": min(content.height, 2**31 - 1),
        "duration_s": min(content.duration_s, 2**31 - 1),
        "waveform": it.file.waveform or None,
        "thumbnail": it.file.thumbnail or None,
        "used_at_ms": now_ms,
    }


def _attachment_row(it: Named, state: FileState) -> dict[str, object]:
    remote = it.file.remote
    return {
        "order_no": it.order_no,
        "session_id": it.session_id,
        "media_id": it.content.media_id,
        "kind": it.content.kind.value,
        "state": state.value,
        "direct_path": remote.direct_path,
        "media_key": remote.media_key,
        "file_enc_sha256": remote.file_enc_sha256,
    }
