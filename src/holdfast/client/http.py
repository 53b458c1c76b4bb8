"""The cold path: one HTTP request, one typed answer."""

import json as jsonlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from holdfast.client.errors import GatewayUnreachable, from_problem
from holdfast.client.link import is_loopback
from holdfast.client.locate import Address, Locator
from holdfast.model.errors import HoldfastError

#: The gateway closes a connection that was idle for five seconds. Ours are let go well before, so that no
#: request meets one in that moment: an order could not be repeated.
_LIMITS = httpx.Limits(keepalive_expiry=2.0)
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})


class Http:
    """Requests to the gateway that the locator names, with its key."""

    def __init__(self, locator: Locator, timeout_s: float, headers: Mapping[str, str] | None = None) -> None:
        self._locator = locator
        self._timeout_s = timeout_s
        self._headers = dict(headers or {})
        self._clients: dict[tuple[bool, Path | None], httpx.AsyncClient] = {}

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def json(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        content: AsyncIterator[bytes] | bytes | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0.0,
    ) -> Any:
        """The answer's JSON, None when it has no body. `wait_s` is added to the time-out.

        Raises the error of its code for every answer from 400 on, GatewayUnreachable without an answer.
        """
        address = self._locator.find()
        client = self._client(address)
        with _reaching(address):
            request = client.build_request(
                method,
                address.url + path,
                json=body,
                content=content,
                # Even empty parameters would take the place of those in the path.
                params={k: v for k, v in (query or {}).items() if v is not None} or None,
                headers={"Authorization": f"Bearer {address.key}", **self._headers, **(headers or {})},
                timeout=self._timeout_s + wait_s,
            )
        with _reaching(address):
            response = await _ask(client, request)
        if response.status_code >= 400:
            raise _refusal(response)
        return _read(response, address)

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """An answer whose body is read piece by piece. Raises like `json`."""
        address = self._locator.find()
        client = self._client(address)
        headers = {
            "Authorization": f"Bearer {address.key}",
            "Accept-Encoding": "identity",
            **self._headers,
            **(headers or {}),
        }
        request = client.build_request("GET", address.url + path, headers=headers, timeout=self._timeout_s)
        with _reaching(address):
            response = await client.send(request, stream=True)
            try:
                if response.status_code >= 400:
                    await response.aread()
                    raise _refusal(response)
                yield response
            finally:
                await response.aclose()

    def _client(self, address: Address) -> httpx.AsyncClient:
        # A proxy of the environment must never see a request to this machine.
        trust_env = address.socket is None and not is_loopback(address.url)
        way = (trust_env, address.socket)
        if way not in self._clients:
            uds = str(address.socket) if address.socket else None
            transport = httpx.AsyncHTTPTransport(uds=uds, limits=_LIMITS) if uds else None
            self._clients[way] = httpx.AsyncClient(trust_env=trust_env, transport=transport, limits=_LIMITS)
        return self._clients[way]


@contextmanager
def _reaching(address: Address) -> Iterator[None]:
    """What the web client raises, as GatewayUnreachable."""
    try:
        yield
    except httpx.TimeoutException:
        raise GatewayUnreachable(f"The gateway at {address.url} did not answer in time") from None
    except httpx.InvalidURL:
        raise GatewayUnreachable(f"{address.url} is no address", next_step="Correct HOLDFAST_URL.") from None
    except httpx.HTTPError as failure:
        reason = type(failure).__name__
        raise GatewayUnreachable(f"No gateway answers at {address.url} ({reason})") from None


async def _ask(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    try:
        return await client.send(request)
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
        # A connection of an earlier gateway process, found dead only now: once more, on a fresh one.
        if request.method not in _REPEATABLE:
            raise
        return await client.send(request)


def _read(response: httpx.Response, address: Address) -> Any:
    if response.is_success and not response.content:
        return None
    try:
        if response.is_success:
            return response.json()
    except ValueError:
        pass
    raise GatewayUnreachable(
        f"What answers at {address.url} is no gateway of Holdfast",
        next_step="Name the API's address in HOLDFAST_URL, like http://127.0.0.1:4001.",
    )


def _refusal(response: httpx.Response) -> HoldfastError:
    try:
        body = response.json()
    except jsonlib.JSONDecodeError:
        body = None
    return from_problem(body, response.status_code, response.headers.get("Retry-After"))
