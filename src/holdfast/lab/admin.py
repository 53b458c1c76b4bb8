"""One connection to the simulator's admin API: requests enter, JSON leaves, a refusal is an exception."""

import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

_ANSWER_WITHIN_S = 60.0


class SimulatorError(Exception):
    """The simulator refused, with this HTTP status, or does not answer. The message is one line."""

    def __init__(self, line: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(line)


class SimulatorSilent(SimulatorError):
    """Nothing answers at its address: it has ended, or never started."""


class Admin:
    """The admin API at one address. Safe to share between tasks of one event loop."""

    def __init__(self, address: str, ca_pem: str) -> None:
        self.address = address
        self._ca_pem = ca_pem
        self._http = self._connected()

    def _connected(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cadata=self._ca_pem)
        context.check_hostname = False  # its certificate is made for WhatsApp's name
        return httpx.AsyncClient(base_url=f"https://{self.address}", verify=context, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def reconnect(self, address: str, ca_pem: str) -> None:
        """Forget the old connections: the simulator has been started again."""
        await self._http.aclose()
        self.address, self._ca_pem = address, ca_pem
        self._http = self._connected()

    async def get(self, path: str, params: Mapping[str, Any] | None = None, wait_s: float = 0.0) -> Any:
        """Ask. Parameters that are None or empty are left out; `wait_s` is a long poll's own patience."""
        given = {name: _text(value) for name, value in (params or {}).items() if value not in {None, ""}}
        if wait_s:
            given["wait_s"] = f"{wait_s:g}"
        return await self._request("GET", path, params=given, timeout=_ANSWER_WITHIN_S + wait_s)

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Order. Fields that are None are left out: the simulator's own default holds."""
        given = {name: value for name, value in (body or {}).items() if value is not None}
        return await self._request("POST", path, json=given, timeout=_ANSWER_WITHIN_S)

    async def post_text(self, path: str, text: str) -> Any:
        """Order, with a plain text."""
        return await self._request("POST", path, content=text.encode(), timeout=_ANSWER_WITHIN_S)

    async def delete(self, path: str) -> Any:
        """Take back."""
        return await self._request("DELETE", path, timeout=_ANSWER_WITHIN_S)

    async def ask(self, method: str, path: str, body: Any = None, wait_s: float = 0.0) -> Any:
        """Any call of the admin API, for what this package has no word for; see GET /openapi.json."""
        content = {"content": body.encode()} if isinstance(body, str) else {"json": body} if body else {}
        return await self._request(method, path, timeout=_ANSWER_WITHIN_S + wait_s, **content)

    async def lines(self, path: str, params: Mapping[str, Any] | None = None) -> AsyncIterator[str]:
        """What the simulator writes line by line."""
        given = {name: _text(value) for name, value in (params or {}).items() if value not in {None, ""}}
        try:
            async with self._http.stream("GET", path, params=given, timeout=_ANSWER_WITHIN_S) as response:
                if response.status_code >= 400:
                    await response.aread()
                    raise SimulatorError(f"The simulator refused: {_reason(response)}", response.status_code)
                async for line in response.aiter_lines():
                    yield line
        except httpx.HTTPError as failure:
            raise self._silent(failure) from failure

    def _silent(self, failure: httpx.HTTPError) -> SimulatorSilent:
        reason = type(failure).__name__
        return SimulatorSilent(f"The simulator at {self.address} does not answer ({reason})")

    async def _request(self, method: str, path: str, **content: Any) -> Any:
        try:
            response = await self._http.request(method, path, **content)
        except httpx.HTTPError as failure:
            raise self._silent(failure) from failure
        if response.status_code >= 400:
            raise SimulatorError(f"The simulator refused: {_reason(response)}", response.status_code)
        return response.json() if response.content else {}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"
