"""What passed a simulator: the remembered stanzas, and those that come."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdfast.lab.admin import Admin, SimulatorError
from holdfast.lab.facts import read
from holdfast.lab.line import Numbered
from holdfast.lab.transcript import Stanza, query

_POLL_S = 5.0
_PAGE = 500
_PAUSE_S = 0.05

# An id that no stanza has: a look for it passes over everything and tells where the end is.
_NOBODY = "mark of the lab"


@dataclass(frozen=True, slots=True)
class Passed:
    """The transcript. Positions in it are sequence numbers; after a reset they begin again."""

    admin: Admin

    async def transcript(
        self, /, account: Numbered | str | None = None, *, after: int = 0, limit: int = 0, **filters: Any
    ) -> Sequence[Stanza]:
        """The remembered stanzas that match, oldest first.

        Filters: device, conn, direction ("in", "out"), tag, xmlns, type, id, since, until, text, fault.
        """
        return (await self._transcript(after, limit, 0.0, {"account": account, **filters}))[0]

    async def _transcript(
        self, after: int, limit: int, wait_s: float, filters: Mapping[str, Any]
    ) -> tuple[Sequence[Stanza], int]:
        params = {**query(filters), "after": after or None, "limit": limit or None}
        body = await self.admin.get("/admin/transcript", params, wait_s)
        return [read(Stanza, item) for item in body["items"]], int(body["next"])

    async def export(self, /, file: Path, **filters: Any) -> int:
        """Write the remembered stanzas that match to a file, one JSON line each; returns how many."""
        lines = [line async for line in self.admin.lines("/admin/transcript.jsonl", query(filters))]
        await asyncio.to_thread(file.write_text, "".join(f"{line}\n" for line in lines))
        return len(lines)

    async def mark(self) -> int:
        """The transcript's present end, for `after=` of a later look."""
        return (await self._transcript(0, 0, 0.0, {"id": _NOBODY}))[1]

    async def watch(self, /, *, after: int = 0, **filters: Any) -> AsyncIterator[Stanza]:
        """Every stanza that matches, the remembered ones first, then as they come. Never ends by itself."""
        while True:
            items, after = await self._transcript(after, _PAGE, _POLL_S, filters)
            for item in items:
                yield item
            if not items:  # nothing for a while, or a simulator without a transcript, which never waits
                await asyncio.sleep(_PAUSE_S)

    async def wait_for(
        self,
        /,
        *,
        where: Callable[[Stanza], bool] | None = None,
        after: int = 0,
        timeout_s: float = 60.0,
        **filters: Any,
    ) -> Stanza:
        """The first stanza that matches, the remembered ones included.

        Raises SimulatorError after `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s):
                async for stanza in self.watch(after=after, **filters):
                    if where is None or where(stanza):
                        return stanza
        except TimeoutError:
            pass
        wanted = ", ".join(f"{name}={value}" for name, value in filters.items()) or "any"
        raise SimulatorError(f"No stanza ({wanted}) passed within {timeout_s:g} s")
