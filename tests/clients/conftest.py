"""Foreign clients against the simulator; only with `HOLDFAST_CLIENTS=1 pytest tests/clients`."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contenders import Contender, NotReady, chosen
from stage import Stage

_ENABLED = bool(os.environ.get("HOLDFAST_CLIENTS"))

# They need Node, Rust and a quarter of an hour of building the first time.
collect_ignore_glob = [] if _ENABLED else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "waits: a client's own clock has to run out: time, not work")
    config.addinivalue_line("markers", "only(names): the clients that this test is about")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make every client ready, before any test's time runs."""
    if not _ENABLED:
        return
    for contender in chosen():
        print(f"making {contender.name} ready")
        try:
            contender.prepare()
        except NotReady as reason:
            pytest.exit(f"{contender.name}: {reason}", returncode=2)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test runs once for each client, or for those that it names."""
    if "contender" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("only")
        contenders = [one for one in chosen() if not only or one.name in only.args]
        metafunc.parametrize("contender", contenders, ids=lambda contender: contender.name)


@pytest.fixture
async def stage(contender: Contender, tmp_path: Path) -> AsyncIterator[Stage]:
    """A simulator of its own for every test, and the contender's clients on it."""
    async with Stage.set(contender, tmp_path) as ready:
        yield ready
