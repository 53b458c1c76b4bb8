"""Where the gateway is and which key opens it: argument, then environment, then data folder.

The gateway writes `run/gateway.json` when it listens and `local.key` at its first start. Both are read
again at every new connection, because a restarted gateway may have another port.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.client.errors import GatewayUnreachable
from holdfast.model.errors import AccessError


@dataclass(frozen=True, slots=True)
class Address:
    """One gateway: its address without a trailing slash, and a key."""

    url: str
    key: str = field(repr=False)

    @property
    def socket_url(self) -> str:
        """The address of the event socket."""
        return "ws" + self.url.removeprefix("http") + "/v1/events/ws"


def data_folder() -> Path:
    """The data folder of this user: HOLDFAST_DATA, else below XDG_DATA_HOME, else below ~/.local/share."""
    chosen = os.environ.get("HOLDFAST_DATA")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "holdfast"


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds the gateway anew each time it is asked. Empty fields mean: look it up."""

    url: str | None = None
    key: str | None = field(default=None, repr=False)
    data: Path | None = None

    def find(self) -> Address:
        """The gateway's address and key, as they are now.

        Raises GatewayUnreachable when no gateway has announced itself, AccessError when there is no key to
        use.
        """
        folder = self.data or data_folder()
        url = self.url or os.environ.get("HOLDFAST_URL") or _announced(folder)
        key = self.key or os.environ.get("HOLDFAST_KEY") or _local_key(folder)
        return Address(url.rstrip("/"), key)


def _announced(folder: Path) -> str:
    try:
        return str(json.loads((folder / "run" / "gateway.json").read_text())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        raise GatewayUnreachable(
            f"No gateway has announced itself in {folder}",
            next_step="Start it with `holdfast up`, or name it with HOLDFAST_URL and HOLDFAST_KEY.",
        ) from None


def _local_key(folder: Path) -> str:
    path = folder / "local.key"
    try:
        return str(json.loads(path.read_text())["key"])
    except FileNotFoundError:
        hint = "Start the gateway once with `holdfast up`, or set HOLDFAST_KEY."
        raise AccessError(f"There is no key: {path} does not exist", next_step=hint) from None
    except (OSError, ValueError, KeyError, TypeError):
        hint = "Run this as the user who owns the data folder, or set HOLDFAST_KEY."
        raise AccessError(f"The key file {path} cannot be read", next_step=hint) from None
