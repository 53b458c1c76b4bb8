"""Where the API listens: on its port, and on a socket in the data folder for its owner's programs.

Whoever takes the port of a gateway that has ended is asked by programs that expect the gateway. Those of this
machine therefore use the socket: only the owner of the data folder can have made it.
"""

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.model.errors import HoldfastError, SettingsError
from holdfast.settings import Settings

_TAKEN: Final = frozenset({98, 48})  # EADDRINUSE on Linux and on macOS
#: The shortest limit of a socket's path among the platforms is 104, with its end.
_LONGEST_PATH_BYTES: Final = 100


class PortTaken(HoldfastError):
    """The API's port is taken."""

    code = "port_taken"


@dataclass(frozen=True, slots=True)
class Listeners:
    """Both sockets, bound."""

    port: socket.socket
    home: socket.socket
    home_path: Path


@contextlib.contextmanager
def listening(chosen: Settings) -> Iterator[Listeners]:
    """Both sockets, until the end of the block. Raises PortTaken, SettingsError for no address of ours."""
    with _port(chosen) as port, _home(chosen.run / "gateway.sock") as (home, path):
        yield Listeners(port, home, path)


@contextlib.contextmanager
def _port(chosen: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((chosen.host, chosen.api_port))
            listener.listen(512)
        except OSError as exc:
            place = f"{chosen.host}:{chosen.api_port}"
            if isinstance(exc, socket.gaierror) or exc.errno not in _TAKEN:
                raise SettingsError(
                    f"The API cannot listen on {place}: {exc.strerror}",
                    next_step="Choose another address by HOLDFAST_HOST and HOLDFAST_API_PORT.",
                ) from exc
            raise PortTaken(f"Port {chosen.api_port} on {chosen.host} is taken by another program") from exc
        yield listener


@contextlib.contextmanager
def _home(usual: Path) -> Iterator[tuple[socket.socket, Path]]:
    """The socket for the owner's programs. Only the holder of the gateway's lock may come here."""
    path, scratch = usual, None
    if len(os.fsencode(usual)) > _LONGEST_PATH_BYTES:
        scratch = Path(tempfile.mkdtemp(prefix="holdfast-"))
        path = scratch / usual.name
    path.unlink(missing_ok=True)  # of a gateway that was killed
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen(512)
            yield listener, path
    except OSError as exc:
        raise SettingsError(f"The API cannot listen on {path}: {exc.strerror}") from exc
    finally:
        path.unlink(missing_ok=True)
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
