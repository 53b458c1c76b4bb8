"""What tests share: a database of either kind, a simulated WhatsApp per module, a whole Holdfast per
test, and how Hypothesis looks for examples.
"""

import gc
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

import warm
from databases import PostgresqlForTests, file_of_newest_schema, postgresql_for_tests
from holdfast.journal import Journal
from holdfast.lab import Simulator
from holdfast.lab.blocking import blocking
from holdfast.store import DatabaseAddress, SqliteFile, Store
from house import House, running_house

# A busy machine is no defect: no deadline, and slow examples are no failure. Every run looks at the same
# examples, so that what passed once passes again; `pytest --hypothesis-profile explore` looks for new ones.
_SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "holdfast", deadline=None, derandomize=True, suppress_health_check=_SLOW, print_blob=True
)
hypothesis.settings.register_profile("explore", deadline=None, suppress_health_check=_SLOW, print_blob=True)
hypothesis.settings.load_profile("holdfast")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nobody looks for garbage among the tests: they are many objects, and stay until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


# A program keeps its loggers as they were at their first line. Tests are many programs in one process: their
# loggers follow the configuration of the moment, and each test begins without one.
_configure = structlog.configure


def _configure_for_now(**chosen: Any) -> None:
    _configure(**chosen | {"cache_logger_on_first_use": False})


structlog.configure = _configure_for_now


@pytest.fixture(autouse=True)
def no_configured_logs() -> Iterator[None]:
    """What a test says about logs ends with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlForTests]:
    """A PostgreSQL server for this run."""
    with postgresql_for_tests() as made:
        yield made


@pytest.fixture
def sqlite_file(tmp_path: Path) -> SqliteFile:
    """Where a file may be made."""
    return SqliteFile(tmp_path / "holdfast.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """A database without rows: every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return file_of_newest_schema(tmp_path / "holdfast.db")
    server: PostgresqlForTests = request.getfixturevalue("postgresql")
    return server.fresh()


@pytest.fixture
async def store(database: DatabaseAddress) -> AsyncIterator[Store]:
    """An empty store of the newest schema, on both kinds of database."""
    opened = await Store.open(database)
    yield opened
    await opened.close()


@pytest.fixture
async def journal(store: Store) -> Journal:
    """The journal in that database."""
    return await Journal.open(store)


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name: sockets lie in it, and the path of one has at most 107 bytes."""
    return tmp_path_factory.mktemp("t")


@pytest.fixture(scope="module")
def trust_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The trust file of a simulator that serves the tests of one module, one after the other."""
    with blocking(Simulator.start(tmp_path_factory.mktemp("simulator"))) as running:
        yield running.trust_file


@pytest.fixture
async def simulator(trust_file: Path) -> AsyncIterator[Simulator]:
    """The module's simulator; nothing of the test before is left in it."""
    async with Simulator.attach(trust_file) as attached:
        yield attached
        await attached.reset()


@pytest.fixture(scope="module")
def kept_warm() -> Iterator[None]:
    """What the tests of a module have kept running starts warm, each time.

    Not for a test that watches what is shown while a program is away: that is over sooner.
    """
    with warm.kept_programs():
        yield


@pytest.fixture
async def house(tmp_path: Path, simulator: Simulator) -> AsyncIterator[House]:
    """Gateway and engine as real processes in a data folder of this test's own, against the simulator.

    `house.link("taxi")` links a number; `house.ask` is the API; `house.kill` and `house.start` are yours.
    """
    async with running_house(tmp_path, simulator) as made:
        yield made
