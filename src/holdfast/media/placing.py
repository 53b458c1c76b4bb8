"""Files on their way to WhatsApp's servers: once per content and number, however many messages name it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from holdfast.engine.families import Files
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.media import statements
from holdfast.media.library import Library
from holdfast.media.task import Attachment
from holdfast.model.errors import CommandRefused, MediaNotHere, MediaUploadFailed, UnknownMessage
from holdfast.model.media import FileState, RemoteFile
from holdfast.store import ReadUnit, Store, WriteUnit

#: So long what a number has put there is named again: far below the time for which WhatsApp keeps files.
_NAMED_AGAIN_FOR: Final = timedelta(days=1)


class Placer:
    """Puts files on WhatsApp's servers for every session of this gateway."""

    def __init__(self, store: Store, library: Library, files: Files, *, clock: Clock = now_ms) -> None:
        self._store, self._library, self._files, self._clock = store, library, files, clock

    @asynccontextmanager
    async def placed(self, order_no: int) -> AsyncIterator[RemoteFile]:
        """Where the file of a message of ours lies on WhatsApp's servers.

        What the block commits (`note_placed`) is seen by the next message that names the same file: it is
        not uploaded again. Raises MediaNotHere (it never will be), MediaUploadFailed, MediaStorageFailed, and
        what the engine raises while it is away (repeat).
        """
        task = await self._store.read(partial(_of_order, order_no=order_no))
        async with self._library.alone_with(f"{task.session_id}/{task.media_id}/{task.kind}"):
            since = self._clock() - round(_NAMED_AGAIN_FOR.total_seconds() * 1000)
            recent = await self._store.read(partial(_recent, task=task, since_ms=since))
            yield recent or await self._upload(task)

    async def _upload(self, task: Attachment) -> RemoteFile:
        uploading = {"order_no": task.order_no, "state": FileState.UPLOADING.value}
        await self._store.write(lambda unit: unit.run(statements.MOVED, **uploading))
        try:
            async with self._library.storage.at_hand(task.sha256):
                remote = await self._files.upload(task.session_id, new_id("trf"), task.sha256, task.kind)
        except FileNotFoundError as exc:
            raise MediaNotHere from exc
        except CommandRefused as exc:
            if exc.error_code in {"not_found", "invalid_argument"}:
                raise MediaNotHere from exc
            raise MediaUploadFailed(exc.message) from exc
        if remote.file_sha256.hex() != task.sha256:
            raise MediaUploadFailed("What was uploaded is not the file")
        return remote


def note_placed(unit: WriteUnit, order_no: int, remote: RemoteFile, now_ms: int) -> None:
    """The message's final bytes name the file there, in the unit that writes them."""
    unit.run(
        statements.PLACED,
        order_no=order_no,
        direct_path=remote.direct_path,
        url=remote.url,
        media_key=remote.media_key,
        file_enc_sha256=remote.file_enc_sha256,
        placed_at_ms=now_ms,
    )


def _of_order(unit: ReadUnit, order_no: int) -> Attachment:
    row = unit.first(statements.OF_ORDER, order_no=order_no)
    if row is None:
        raise UnknownMessage
    return Attachment.of(row)


def _recent(unit: ReadUnit, task: Attachment, since_ms: int) -> RemoteFile | None:
    values = {"media_id": task.media_id, "session_id": task.session_id, "kind": task.kind.value}
    row = unit.first(statements.RECENT, **values, since_ms=since_ms)
    if row is None:
        return None
    direct_path, url, key, enc = row
    sha256 = bytes.fromhex(task.sha256)
    return RemoteFile(direct_path, bytes(key), sha256, bytes(enc), task.size_bytes, url or "")
