"""Sends one notification and ends: a program of its own, started again for each.

So a service that hangs or a plug-in that breaks touches nothing but this process, which can be killed, and
what Apprise loads leaves the memory again. It imports nothing of Holdfast.

One JSON object comes on standard input: `url`, `host` (of the address, empty where it has none), `internal`
(may internal addresses be reached?), `limit_s`, and unless the address is only to be looked at, `title`,
`body` and `type`. One goes out on standard output: `code`, empty when it was sent, and `detail`.
"""

import contextlib
import ipaddress
import json
import logging
import signal
import socket
import sys
from typing import Any

#: What a service says of a failure is shown up to here.
_LONGEST_DETAIL = 300


class Internal(OSError):
    """The target is an address of this machine or of a local network."""


def internal(address: str) -> bool:
    """True for an address that only this machine or its networks reach."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True  # no address at all: the path of a local socket
    inside = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inside is None and ip in ipaddress.ip_network("64:ff9b::/96"):
        inside = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
    ip = inside or ip
    return not ip.is_global or ip.is_multicast


def guard() -> list[str]:
    """Let no connection reach an internal address, whatever a name resolves to or a server redirects to.

    The list that is returned holds what was refused.
    """
    refused: list[str] = []

    def guarded(name: str, place: int) -> None:
        plain = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            target = args[place if len(args) > place else -1]
            host = str(target[0]) if isinstance(target, tuple) else str(target)
            if internal(host):
                refused.append(host)
                raise Internal(f"{host} is an internal address")
            return plain(self, *args)

        setattr(socket.socket, name, call)

    guarded("connect", 0)
    guarded("connect_ex", 0)
    guarded("sendto", 2)
    return refused


class _Last(logging.Handler):
    """Keeps what Apprise says last."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.said = record.getMessage()


def main() -> None:
    """Read the order, carry it out, say how it went."""
    order = json.load(sys.stdin)
    # Nobody may be left to kill it: the one that started it can be gone.
    signal.alarm(max(1, int(order["limit_s"])))
    refused = [] if order["internal"] else guard()
    last = _Last(logging.WARNING)
    try:
        code, detail = _carry_out(order, last)
    except Exception as exc:
        code, detail = "alert_channel_failed", f"{type(exc).__name__}: {exc}"
    if code != "alert_target_internal":
        detail = _harmless(detail, order["url"])
    if code == "alert_channel_failed" and refused:
        code, detail = "alert_target_internal", f"{refused[0]} is an internal address"
    json.dump({"code": code, "detail": detail}, sys.stdout)


def _carry_out(order: dict[str, Any], last: _Last) -> tuple[str, str]:
    import apprise

    logger = logging.getLogger("apprise")
    logger.addHandler(last)
    logger.propagate = False
    target = apprise.Apprise.instantiate(order["url"], suppress_exceptions=True)
    if target is None:
        return "alert_url_invalid", last.said
    if "body" not in order:
        return _look(target, order)
    sent = target.notify(body=order["body"], title=order["title"], notify_type=order["type"])
    return ("", "") if sent else ("alert_channel_failed", last.said)


def _look(target: Any, order: dict[str, Any]) -> tuple[str, str]:
    """The service's name. A host that does not resolve now may do so later."""
    found: list[Any] = []
    if order["host"] and not order["internal"]:
        with contextlib.suppress(OSError, UnicodeError):
            found = socket.getaddrinfo(order["host"], None)
    inside = [str(each[4][0]) for each in found if internal(str(each[4][0]))]
    if inside:
        return "alert_target_internal", f"{order['host']} is an internal address"
    return "", str(target.service_name)


def _harmless(detail: str, url: str) -> str:
    """What was said, without any part of the address, which may be a secret."""
    for part in sorted({it for it in _parts(url) if len(it) >= 4}, key=len, reverse=True):
        detail = detail.replace(part, "…")
    return detail[:_LONGEST_DETAIL]


def _parts(url: str) -> list[str]:
    from urllib.parse import unquote

    parts = [url]
    for mark in "/:@?&=":
        parts = [piece for part in parts for piece in part.split(mark)]
    return parts + [unquote(part) for part in parts]


if __name__ == "__main__":
    main()
