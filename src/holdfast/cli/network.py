"""The addresses by which a phone in the local network reaches what listens here."""

import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Final

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})
#: Networks inside this machine: no phone is in them.
_INSIDE: Final = ("docker", "br-", "veth", "virbr", "lo", "cni", "podman", "utun", "awdl")
_ADDRESS_OF: Final = 0x8915  # SIOCGIFADDR of Linux


@dataclass(frozen=True, slots=True)
class Reach:
    """The hosts by which a server is reached, the likeliest first. `open`: other machines reach it too."""

    hosts: Sequence[str]
    open: bool
    tls: bool = False

    def url(self, port: int) -> str:
        """The address to open, as a URL."""
        return self.urls(port)[0]

    def urls(self, port: int) -> Sequence[str]:
        """Every address, as URLs."""
        scheme = "https" if self.tls else "http"
        return [f"{scheme}://{f'[{it}]' if ':' in it else it}:{port}" for it in self.hosts]


def reach(host: str, tls: bool = False) -> Reach:
    """Return the addresses by which a server that listens on `host` is reached."""
    if host not in _EVERYWHERE:
        return Reach([host], not _is_loopback(host), tls)
    return Reach([*chosen(_interfaces()), "127.0.0.1"], True, tls)


def chosen(found: Iterable[tuple[str, str]]) -> Sequence[str]:
    """Return the addresses that a phone can reach, each once, those of private networks first.

    `found` are names of interfaces with their addresses.
    """
    usable = []
    for name, address in found:
        it = IPv4Address(address)
        if not (name.startswith(_INSIDE) or it.is_loopback or it.is_link_local or it.is_unspecified):
            usable.append(it)
    ordered = sorted(dict.fromkeys(usable), key=lambda it: not it.is_private)
    return [str(it) for it in ordered]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _interfaces() -> Iterable[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    with suppress(ImportError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        import fcntl

        for _, name in socket.if_nameindex():
            with suppress(OSError):  # no address, or a system where the call is another one
                said = fcntl.ioctl(asking, _ADDRESS_OF, struct.pack("256s", name.encode()[:15]))
                found.append((name, socket.inet_ntoa(said[20:24])))
    if not found:
        with suppress(OSError):
            mine = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            found = [("", str(it[4][0])) for it in mine]
    return found
