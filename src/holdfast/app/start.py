"""How the process starts:

settings, lock, port, engine; then the gateway. Errors are one line and an exit code.
"""

import argparse
import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from holdfast import __version__, binaries, settings
from holdfast.app.listeners import Listeners, PortTaken, listening
from holdfast.backup import trials
from holdfast.engine import EngineProcess, EngineProgram, running, stop
from holdfast.kit import foreign, killpoint, logging
from holdfast.kit.clock import now_ms
from holdfast.kit.files import write_atomically
from holdfast.kit.iso import iso
from holdfast.model.errors import (
    EngineProtocolError,
    EngineUnreachable,
    HoldfastError,
    SettingsError,
    StoreUnavailable,
)
from holdfast.settings import Settings

log = logging.get("app")


class SecondGateway(HoldfastError):
    """Another gateway already serves this data folder."""

    code = "second_gateway"


class EngineMissing(HoldfastError):
    """The engine's program is not there."""

    code = "engine_missing"


_EXIT_CODES: Final[Sequence[tuple[type[HoldfastError], int]]] = (
    (SecondGateway, 3),
    (PortTaken, 4),
    (EngineMissing, 6),
    (EngineUnreachable, 6),
    (EngineProtocolError, 7),
    (StoreUnavailable, 8),
    (SettingsError, 2),
)


def exit_code(error: HoldfastError) -> int:
    """What the shell is told. Codes above 1 mean: starting again does not help."""
    if error.code in {"wrong_master_key", "master_key_missing"}:
        return 5
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; errors are one line with the next step."""
    parser = argparse.ArgumentParser(prog="python -m holdfast.app", description="Holdfast's gateway.")
    parser.add_argument(
        "--stop-engine", action="store_true", help="end the engine of the data folder and exit"
    )
    wanted = parser.parse_args(argv)
    try:
        chosen = settings.read()
        if wanted.stop_engine:
            stop(chosen.data, "holdfast down")
            return 0
        return _gateway(chosen)
    except KeyboardInterrupt:
        return 130
    except HoldfastError as error:
        print(foreign.one_line(f"holdfast: {error}"), file=sys.stderr)
        return exit_code(error)
    except BaseExceptionGroup as group:
        error_or_none = _first(group)
        if error_or_none is None:
            raise
        print(foreign.one_line(f"holdfast: {error_or_none}"), file=sys.stderr)
        return exit_code(error_or_none)


def _first(group: BaseExceptionGroup) -> HoldfastError | None:
    """The error that a human should see, if every one in the group is of ours."""
    found: HoldfastError | None = None
    for error in group.exceptions:
        inner = _first(error) if isinstance(error, BaseExceptionGroup) else error
        if not isinstance(inner, HoldfastError):
            return None
        found = found or inner
    return found


def _gateway(chosen: Settings) -> int:
    logging.configure(level=chosen.log_level)
    settings.prepare(chosen)
    with only_gateway(chosen), listening(chosen) as listeners:
        killpoint.configure(chosen.kill_points)
        _still_here(chosen)
        finish_restore(chosen)
        trials.clear(chosen.run)
        engine = engine_of(chosen)
        if chosen.lab is not None:
            log.warning(
                "app.lab_mode", trust_file=str(chosen.lab), meaning="talks to a simulator, not to WhatsApp"
            )
        # The engine needs no Python: it starts while the rest is still being imported.
        if not running(chosen.data):
            engine.start()
        from holdfast.app.gateway import run_until_stopped

        announce = _Announcement(chosen, listeners)
        try:
            run_until_stopped(chosen, engine, listeners, announce)
        finally:
            announce.withdraw()
            if not announce.made:
                engine.take_back()  # nobody has used it; it would wait 11 minutes for a gateway
    return 0


def _still_here(chosen: Settings) -> None:
    """Raises MovedAway where this installation's numbers live elsewhere now."""
    if (chosen.data / "moved.json").exists():
        from holdfast.backup.moved import check  # a start that has not moved imports nothing of it

        check(chosen.data)


def finish_restore(chosen: Settings) -> None:
    """Go on with a restore that was killed while everything got its place. Raises SettingsError."""
    if not (chosen.data / "restore").exists():
        return
    from holdfast.backup import finish

    try:
        if finish(chosen.data):
            log.warning("app.restore_finished", meaning="it had been killed in between")
    except OSError as exc:
        raise SettingsError(f"The restore cannot be finished: {exc.strerror}") from exc


@contextlib.contextmanager
def only_gateway(chosen: Settings) -> Iterator[None]:
    """Hold the lock of the data folder. Raises SecondGateway."""
    path = chosen.run / "gateway.lock"
    try:
        lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as exc:
        raise SettingsError(f"{path} cannot be written: {exc.strerror}") from exc
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
            raise SecondGateway(f"Another gateway (pid {holder}) already serves {chosen.data}") from exc
        with contextlib.suppress(OSError):  # a full disk: the lock holds without its holder's name
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def engine_of(chosen: Settings) -> EngineProcess:
    """The engine's program, and how it is started. Raises EngineMissing."""
    try:
        binary = binaries.path("holdfast-engine")
    except binaries.BinaryMissing as exc:
        raise EngineMissing(exc.message, next_step=exc.next_step) from exc
    return EngineProcess(EngineProgram(binary.absolute(), chosen.data, chosen.lab, chosen.lab_pace))


class _Announcement:
    """run/gateway.json: how everybody on this machine finds the API."""

    def __init__(self, chosen: Settings, listeners: Listeners) -> None:
        self._path: Path = chosen.run / "gateway.json"
        host, port = listeners.port.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
        scheme = "http" if chosen.certificate is None else "https"
        self._content = {
            "url": f"{scheme}://{shown}:{port}",
            "socket": str(listeners.home_path),
            "pid": os.getpid(),
            "lab": chosen.lab is not None,
            "started_at": iso(now_ms()),
            "version": __version__,
        }
        #: The API has listened: from then on the engine outlives us.
        self.made = False

    def __call__(self) -> bool:
        """The API answers. False when that could not be written down: try again."""
        self.made = True
        try:
            write_atomically(self._path, json.dumps(self._content).encode())
        except OSError as exc:
            log.error("app.not_announced", error=str(exc))
            return False
        log.info("app.listening", url=self._content["url"], pid=self._content["pid"])
        return True

    def withdraw(self) -> None:
        """The API no longer answers."""
        with contextlib.suppress(OSError, ValueError):
            if json.loads(self._path.read_bytes())["pid"] == os.getpid():
                self._path.unlink()
