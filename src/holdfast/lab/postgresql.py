"""A PostgreSQL server of one's own, from the machine's binaries: for tests and benchmarks, never for data.

It listens on a socket in its own folder, trusts whoever can reach that, does not wait for the disk, and takes
its folder away at the end.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg

from holdfast.keeper import end_with_parent

_DEBIAN: Final = "/usr/lib/postgresql/*/bin/initdb"
_USERS: Final = ("postgres", "nobody")
_STARTS_WITHIN_S: Final = 120.0
_OPTIONS: Final = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "fsync": "off",
    "autovacuum": "off",
}
_DURABLE: Final = {"shared_buffers": "128MB", "fsync": "on", "autovacuum": "on"}


class PostgresqlMissing(Exception):
    """PostgreSQL's binaries are not on this machine."""

    def __str__(self) -> str:
        """What is missing and what to do."""
        return "There is no `initdb` on the PATH. Next step: install the package `postgresql`."


class ScratchPostgresql:
    """A running server. One database after the other can be made in it."""

    def __init__(self, *, durable: bool = False, within: Path | None = None) -> None:
        """Start it, in a folder of its own `within` another one, else where temporary files lie.

        `durable` makes commits wait for the disk and tends the tables, as a real server does.

        Raises PostgresqlMissing, RuntimeError with the server's own words.
        """
        self._bin = _binaries()
        self._as = _other_user()
        self._folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-", dir=within))
        self._folder.chmod(0o755)
        if self._as:
            os.chown(self._folder, self._as["user"], self._as["group"])
        self._options = {**_OPTIONS, **(_DURABLE if durable else {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"scratch_{number}" for number in count())
        self._run(
            "initdb", "-D", str(self._data), "-U", "holdfast", "-A", "trust", "-E", "UTF8", "--no-sync",
            # A language's order, so that nothing relies on the server to sort as SQLite does.
            "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8",
        )  # fmt: skip
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def pid(self) -> int:
        """The server's process. Raises RuntimeError while it is stopped."""
        if self._process is None:
            raise RuntimeError("The server is stopped")
        return self._process.pid

    def url(self, database: str) -> str:
        """How to name a database of this server in HOLDFAST_DATABASE_URL."""
        return f"postgresql://holdfast@/{database}?host={self._folder}"

    def create(self, *, like: str = "template1") -> str:
        """The name of a new database, a copy of another one that nobody uses at the moment."""
        name = next(self._names)
        self.ask(f"CREATE DATABASE {name} TEMPLATE {like}")
        return name

    def drop(self, database: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self.ask(f"DROP DATABASE {database} (FORCE)")

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the server's owner; its rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as conn:
            cursor = conn.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start it again after `stop`. Returns when it answers."""
        log = (self._folder / "log").open("ab")
        settings = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder), *settings]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._folder,
            preexec_fn=end_with_parent,  # noqa: PLW1509 (one system call; nobody is left behind)
            **self._as,
        )
        log.close()
        until = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError as exc:
                if self._process.poll() is not None or time.monotonic() > until:
                    said = (self._folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{said}") from exc
            time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """End it: every connection is cut. After a `crash` the next start recovers from the log."""
        if self._process is None:
            return
        # PostgreSQL's fast and immediate shutdown. SIGKILL would leave its children serving for a moment.
        self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
        self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop it and take its folder away."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            check=False, capture_output=True, text=True, cwd=self._folder, **self._as,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _binaries() -> Path:
    """Where the server's programs lie. The one on the PATH may be a link into that folder."""
    found = shutil.which("initdb")
    places = [Path(found).resolve()] if found else sorted(Path("/").glob(_DEBIAN.lstrip("/")))
    if not places:
        raise PostgresqlMissing
    return places[-1].parent


def _other_user() -> dict[str, Any]:
    """Under whom it runs: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in _USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL does not run as root, and there is no user postgres or nobody")
