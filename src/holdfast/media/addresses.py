"""Files by address: fetched for a client, from places that this gateway may ask.

A client that may send files must not be able to look into the network behind the gateway. So every name is
resolved first, every address that it has must be a public one, and the connection is made to the address that
was looked at, also after each redirect.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from holdfast.media.settings import Limits
from holdfast.model.errors import MediaTooLarge, MediaTruncated, MediaUrlFailed, MediaUrlRefused

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_QUIET_S: Final = 20.0
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file at an address: what its server says of it, and its bytes as they come."""

    mimetype: str
    file_name: str = field(repr=False)
    pieces: AsyncIterator[bytes] = field(repr=False)


@asynccontextmanager
async def opened(url: str, limits: Limits) -> AsyncIterator[Fetched]:
    """A file at an address, redirects followed.

    Raises MediaUrlRefused for an address that may not be asked, MediaUrlFailed, MediaTooLarge by what the
    server announces; the pieces raise MediaUrlFailed and MediaTruncated.
    """
    try:
        async with (
            asyncio.timeout(limits.url_within_s),
            httpx.AsyncClient(trust_env=False, timeout=_QUIET_S) as client,
        ):
            for _ in range(_MOST_REDIRECTS + 1):
                request = await _request(client, url, limits.url_hosts)
                response = await client.send(request, stream=True)
                try:
                    if response.status_code in _REDIRECTS and "location" in response.headers:
                        url = urljoin(url, response.headers["location"])
                        continue
                    yield _fetched(url, response, limits.max_bytes)
                    return
                finally:
                    await response.aclose()
            raise MediaUrlFailed("The address redirects without end")
    except TimeoutError as exc:
        raise MediaUrlFailed(f"The file did not come within {limits.url_within_s:.0f} s") from exc
    except httpx.HTTPError as exc:
        raise MediaUrlFailed(f"The address did not answer ({type(exc).__name__})") from exc


def _fetched(url: str, response: httpx.Response, most: int) -> Fetched:
    if response.status_code != 200:
        raise MediaUrlFailed(f"The address answered {response.status_code}")
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise MediaTooLarge(f"The file has {int(announced):,} bytes, {most:,} are taken")
    name = unquote(urlsplit(url).path.rpartition("/")[2])[:255]
    return Fetched(response.headers.get("content-type", ""), name, _pieces(response))


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx.RemoteProtocolError as exc:
        raise MediaTruncated("The address broke off in the middle of the file") from exc


async def _request(client: httpx.AsyncClient, url: str, allowed: frozenset[str]) -> httpx.Request:
    """A request to the address that was looked at, for the name that was asked for.

    Raises MediaUrlRefused.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise MediaUrlRefused("This is not an address") from None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise MediaUrlRefused("Only http and https addresses without a password are asked")
    address = await _resolved(host, port, allowed=host.lower() in allowed)
    at = f"[{address}]" if ":" in address else address
    query = f"?{parts.query}" if parts.query else ""
    named = f"[{host}]" if ":" in host else host
    default = port == _PORTS[parts.scheme]
    return client.build_request(
        "GET",
        f"{parts.scheme}://{at}:{port}{parts.path or '/'}{query}",
        headers={"Host": named if default else f"{named}:{port}", "Accept-Encoding": "identity"},
        extensions={"sni_hostname": host},
    )


async def _resolved(host: str, port: int, *, allowed: bool) -> str:
    """An address of this host. Raises MediaUrlRefused when any of them is not a public one."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise MediaUrlFailed("The name in the address is not known") from exc
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not (allowed or all(map(is_public, addresses))):
        raise MediaUrlRefused("The address leads into an internal network")
    return addresses[0]


def is_public(address: str) -> bool:
    """True for an address that everybody on the internet may ask."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
