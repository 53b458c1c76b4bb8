"""Where the gateway is and which key opens it: argument, then environment, then data folder.

The gateway writes `run/gateway.json` when it listens and `local.key` at its first start. Both are read
again at every new connection, because a restarted gateway may have another port.
"""

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from holdfast.client.errors import GatewayUnreachable
from holdfast.model.errors import AccessError


@dataclass(frozen=True, slots=True)
class Address:
    """One gateway: its address without a trailing slash, and a key."""

    url: str
    key: str = field(repr=False)
    #: The gateway's own socket in its data folder; None where it is reached by its address.
    socket: Path | None = None

    @property
    def socket_url(self) -> str:
        """The address of the event socket."""
        return "ws" + self.url.removeprefix("http") + "/v1/events/ws"


def data_folder() -> Path:
    """The data folder of this user: HOLDFAST_DATA, else below XDG_DATA_HOME, else below ~/.local/share."""
    chosen = os.environ.get("HOLDFAST_DATA")
    if chosen:
        return Path(chosen).expanduser()
    return _home() / "holdfast"


def lab_folder() -> Path:
    """The data folder of a lab: HOLDFAST_DATA, else `holdfast-lab` beside the data folder of real numbers."""
    return data_folder() if os.environ.get("HOLDFAST_DATA") else _home() / "holdfast-lab"


def _home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds the gateway again each time it is asked. Empty fields mean: look it up."""

    url: str | None = None
    key: str | None = field(default=None, repr=False)
    data: Path | None = None

    def find(self) -> Address:
        """The gateway's address and key, as they are now.

        Raises GatewayUnreachable when no gateway has announced itself, AccessError when there is no key to
        use.
        """
        folder = self.data or data_folder()
        key = self.key or os.environ.get("HOLDFAST_KEY")
        if key and not (key.isascii() and key.isprintable()):
            raise AccessError("The key holds characters that no key has", next_step="Correct HOLDFAST_KEY.")
        if url := self.url or os.environ.get("HOLDFAST_URL"):
            return Address(url.rstrip("/"), key or _no_key_for(url))
        url, socket = _announced(folder)
        if socket is not None:  # which needs no TLS, and has none
            url = url.replace("https://", "http://", 1)
        return Address(url.rstrip("/"), key or _local_key(folder), socket)


def _no_key_for(url: str) -> NoReturn:
    # The machine's own key is for the gateway of the data folder, and shown to nobody else.
    raise AccessError(f"There is no key for {url}", next_step="Set HOLDFAST_KEY.")


def _announced(folder: Path) -> tuple[str, Path | None]:
    """The address, and the socket that proves it: only the folder's owner can have made that."""
    run = folder / "run"
    try:
        announced = json.loads((run / "gateway.json").read_text())
        url, socket = str(announced["url"]), announced.get("socket")
        if socket is not None:
            proven = run.stat().st_uid == Path(socket).parent.stat().st_uid
        else:
            proven = _is_held(run / "gateway.lock")  # a gateway of a version without a socket
    except (OSError, ValueError, KeyError, TypeError):
        proven = False
    if not proven:
        raise GatewayUnreachable(f"No gateway has announced itself in {folder}", next_step=_start(folder))
    return url, Path(socket) if socket is not None else None


def _start(folder: Path) -> str:
    """What to do where no gateway runs. A lab is never meant by accident, so it has to be named."""
    lab = lab_folder()
    if lab != folder and (lab / "run" / "gateway.json").is_file():
        return f"Start it with `holdfast up`; `export HOLDFAST_DATA={lab}` is for the lab."
    return "Start it with `holdfast up`, or name it with HOLDFAST_URL and HOLDFAST_KEY."


def _is_held(lock: Path) -> bool:
    """True while a gateway lives: only its death lets go of the lock."""
    with lock.open() as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


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
