"""Channels: how an alert reaches a human, and how much of that may be shown. Pure."""

import json
from dataclasses import asdict, dataclass, field
from typing import Final
from urllib.parse import urlsplit

from holdfast.alerts.quiet import QuietHours
from holdfast.model.alerts import ChannelKind, Severity
from holdfast.model.errors import AlertUrlInvalid, RequestInvalid
from holdfast.model.ids import TenantId

#: Addresses whose host is a host. In the others it may be a token.
_WITH_HOST: Final = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
_LONGEST_URL: Final = 2048
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """A service that Apprise knows, with what it takes to log in there."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NumberTarget:
    """A number that gets a text from one of the linked numbers."""

    session_id: str
    to: str


Target = UrlTarget | NumberTarget


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a channel is to be told, and when."""

    min_severity: Severity = Severity.WARNING
    #: Also that an alert is over.
    resolved: bool = True
    #: It may lead to this machine or its networks.
    internal: bool = False
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `sealed` is its target, encrypted."""

    channel_id: str
    tenant_id: TenantId
    name: str
    kind: ChannelKind
    shown: str
    wishes: Wishes
    created_at_ms: int
    sealed: bytes = field(repr=False)


def check_name(name: str) -> None:
    """Raises RequestInvalid for what cannot name a channel."""
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or "/" in name:
        raise RequestInvalid(f"A channel's name has 1 to {_LONGEST_NAME} printable characters, no slash")


def check_url(url: str) -> None:
    """Raises AlertUrlInvalid for what is no address at all. What Apprise says of it comes later."""
    if not 0 < len(url) <= _LONGEST_URL or not url.isprintable() or "://" not in url:
        raise AlertUrlInvalid


def host_of(url: str) -> tuple[str, int | None]:
    """Host and port of an address whose host is one; empty for the others, where a token may stand there."""
    if url.partition("://")[0].lower() not in _WITH_HOST:
        return "", None
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None


def shown_url(url: str) -> str:
    """The address without anything that may be a secret."""
    scheme, (host, port) = url.partition("://")[0].lower(), host_of(url)
    return f"{scheme}://{host}{f':{port}' if port else ''}/…" if host else f"{scheme}://…"


def write_target(target: Target) -> bytes:
    """As it is sealed."""
    return json.dumps(asdict(target)).encode()


def read_target(kind: ChannelKind, plain: bytes) -> Target:
    """As it was sealed."""
    fields = json.loads(plain)
    return UrlTarget(**fields) if kind is ChannelKind.URL else NumberTarget(**fields)
