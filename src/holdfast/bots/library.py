"""The documents of the configuration, as bots read them: each version once, the newest by its event."""

from holdfast.client import Client
from holdfast.client.configuration import Document

_KEPT = 200


class Documents:
    """What one runner's bots have read. A version never changes; which one is the newest is told."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._newest: dict[str, Document] = {}
        self._versions: dict[tuple[str, int], Document] = {}
        self._changes = 0

    async def get(self, name: str, version: int | None = None) -> Document:
        """The newest version, or this one. Raises UnknownConfiguration, GatewayUnreachable."""
        if version is not None:
            return self._versions.get((name, version)) or self._keep(await self._ask(name, version))
        while (known := self._newest.get(name)) is None:
            before = self._changes
            found = self._keep(await self._ask(name, None))
            if before == self._changes:  # else it may be an old one already
                self._newest[name] = found
        return known

    def changed(self, name: str) -> None:
        """This document has a new version."""
        self._changes += 1
        self._newest.pop(name, None)

    def forget(self) -> None:
        """What was told meanwhile was not heard: every newest version is asked for again."""
        self._changes += 1
        self._newest.clear()

    async def _ask(self, name: str, version: int | None) -> Document:
        return await self._client.configuration.get(name, version)

    def _keep(self, found: Document) -> Document:
        if len(self._versions) >= _KEPT:
            self._versions.clear()
        # However many chats ask at once, a version is one object: what is made of it is made once.
        return self._versions.setdefault((found.name, found.version), found)
