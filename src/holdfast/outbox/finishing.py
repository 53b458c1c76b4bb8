"""The last step before the first attempt of a message with a file: the file goes first, and then its bytes
are final.
"""

from dataclasses import replace
from functools import partial

from holdfast import messages
from holdfast.kit import killpoint
from holdfast.kit.clock import Clock, now_ms
from holdfast.media import Placer, note_placed
from holdfast.model.media import RemoteFile
from holdfast.outbox import files
from holdfast.outbox.queued import Queued
from holdfast.store import Store, WriteUnit


class Finisher:
    """Finishes the messages of every session of this gateway."""

    def __init__(self, store: Store, placer: Placer, clock: Clock = now_ms) -> None:
        self._store, self._placer, self._clock = store, placer, clock

    async def finish(self, row: Queued) -> Queued:
        """The row with its final bytes, which are durable when this returns: every attempt sends them.

        Killed before that, the file is put on WhatsApp's servers again at the next start; nothing was sent.
        Raises what the placer raises, and StoreUnavailable.
        """
        async with self._placer.placed(row.order_no) as remote:
            killpoint.pass_("file_placed")
            now = self._clock()
            raw = files.finish(row.message, remote, now)
            await self._store.write(partial(_keep, order_no=row.order_no, raw=raw, remote=remote, now_ms=now))
        return replace(row, message=raw, needs_file=False)


def _keep(unit: WriteUnit, order_no: int, raw: bytes, remote: RemoteFile, now_ms: int) -> None:
    messages.finish(unit, order_no, raw)
    note_placed(unit, order_no, remote, now_ms)
