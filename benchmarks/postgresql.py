"""The same figures with the gateway's database on PostgreSQL, beside those of the file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import echo, restore
from benchmarks.context import Context
from benchmarks.figures import Figure
from holdfast.lab.postgresql import ScratchPostgresql

#: On a disk, and open to the user that the server runs as: fsync must cost what it costs.
_FOLDER = Path("/var/tmp")


async def measure_restore(context: Context) -> list[Figure]:
    """Everything connected again after `kill -9`. The server lives on."""
    with _databases() as new_database:
        return _named(await restore.measure(replace(context, new_database=new_database)))


async def measure_echo(context: Context) -> list[Figure]:
    """Latency at 100 a second and the most per second."""
    with _databases() as new_database:
        return _named(await echo.measure_product(replace(context, new_database=new_database)))


@contextmanager
def _databases() -> Iterator[Callable[[], str]]:
    server = ScratchPostgresql(durable=True, within=_FOLDER)
    try:
        yield lambda: server.url(server.create())
    finally:
        server.close()


def _named(figures: list[Figure]) -> list[Figure]:
    """Under names of their own. Goals are for what is shipped as the default."""
    return [
        replace(figure, name=f"{figure.name}_postgresql", title=f"{figure.title}, PostgreSQL", goal=None)
        for figure in figures
    ]
