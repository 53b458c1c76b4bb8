"""What backups need of a running gateway."""

from collections.abc import Mapping
from typing import Any

from holdfast.client.http import Http


class Backups:
    """Backups, as an owner's program asks for them."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def save_credentials(self) -> Mapping[str, str]:
        """Have every number's credentials saved; returns the sessions where that failed, and why."""
        body = await self._http.json("POST", "/v1/backups/credentials", wait_s=120)
        return dict(body["failed"])

    async def tell(self, status: str, archive: str, numbers: int = 0, error: str = "") -> None:
        """Have the journal say what became of an archive: `created`, `verified` or `failed`."""
        body = {"status": status, "archive": archive, "numbers": numbers, "error": error}
        await self._http.json("POST", "/v1/backups/status", body=body)

    async def schedule(self) -> Mapping[str, Any] | None:
        """The schedule as the API tells it, with what became of it. None: there is none."""
        body: Mapping[str, Any] = await self._http.json("GET", "/v1/backups/schedule")
        found: Mapping[str, Any] | None = body["schedule"]
        return found

    async def put_schedule(self, wished: Mapping[str, Any]) -> None:
        """Have backups made by themselves. Raises RequestInvalid."""
        await self._http.json("PUT", "/v1/backups/schedule", body=wished)

    async def forget_schedule(self) -> None:
        """Make none by itself any more."""
        await self._http.json("DELETE", "/v1/backups/schedule")
