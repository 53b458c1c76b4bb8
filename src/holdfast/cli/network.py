"""By which addresses others reach what listens here: the house's network, as a phone sees it."""

import socket
import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Final

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})
#: Networks between programs of this machine: no phone is in them.
_INSIDE: Final = ("docker", "br-", "veth", "virbr", "lo", "cni", "podman", "utun", "awdl")
_ADDRESS_OF: Final = 0x8915  # SIOCGIFADDR of Linux


@dataclass(frozen=True, slots=True)
class Reach:
    """The hosts by which something is reached, the likeliest first. `open`: by other machines too."""

    hosts: Sequence[str]
    open: bool
    tls: bool = False

    def url(self, port: int) -> str:
        """The address to open."""
        return self.urls(port)[0]

    def urls(self, port: int) -> Sequence[str]:
        """Every address."""
        scheme = "https" if self.tls else "http"
        return [f"{scheme}://{f'[{it}]' if ':' in it else it}:{port}" for it in self.hosts]


def reach(host: str, tls: bool = False) -> Reach:
    """By which addresses somebody reaches a server that listens on `host`."""
    if host not in _EVERYWHERE:
        return Reach([host], not _is_loopback(host), tls)
    return Reach([*chosen(_interfaces()), "127.0.0.1"], True, tls)


def chosen(found: Iterable[tuple[str, str]]) -> Sequence[str]:
    """Of interfaces and their addresses those that a phone may reach: private networks first, each once."""
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
            with suppress(OSError):  # one that has no address, or a system that asks otherwise
                said = fcntl.ioctl(asking, _ADDRESS_OF, struct.pack("256s", name.encode()[:15]))
                found.append((name, socket.inet_ntoa(said[20:24])))
    if not found:
        with suppress(OSError):
            mine = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            found = [("", str(it[4][0])) for it in mine]
    return found
