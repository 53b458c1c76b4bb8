"""Foreign clients against the simulator; only with `HOLDFAST_CLIENTS=1 pytest tests/clients`."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contenders import CONTENDERS, Contender, NotReady, chosen
from stage import Stage

_ENABLED = bool(os.environ.get("HOLDFAST_CLIENTS"))

# They need Node, Rust and a quarter of an hour of building the first time.
collect_ignore_glob = [] if _ENABLED else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "waits: a client's own clock has to run out: time, not work")
    config.addinivalue_line("markers", "only(names): the clients that this test is about")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make every client ready, before any test's time runs.

    Not where side_by_side.py has done so: asked again, cargo compiles whatsapp-rust's protobuf once more, and
    the minutes that this takes would be the tests'.
    """
    if not _ENABLED or os.environ.get("CLIENTS_READY"):
        return
    try:
        for contender in chosen():
            print(f"making {contender.name} ready")
            contender.prepare()
    except NotReady as reason:
        pytest.exit(str(reason), returncode=2)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test runs once for each client."""
    if "contender" in metafunc.fixturenames:
        metafunc.parametrize("contender", chosen(), ids=lambda contender: contender.name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that are about another client, and what belongs to another process's share."""
    mine = [item for item in items if _concerns(item)]
    first, _, of = os.environ.get("CLIENTS_SHARE", "").partition("/")
    if of:
        waiting = [item for item in mine if item.get_closest_marker("waits")]
        mine = waiting[int(first) :: int(of)]
    config.hook.pytest_deselected(items=[item for item in items if item not in mine])
    items[:] = mine


def _concerns(item: pytest.Item) -> bool:
    only = item.get_closest_marker("only")
    parameters = getattr(item, "callspec", None)
    contender = parameters.params.get("contender") if parameters else None
    if contender is None:
        return True
    return contender.name in (only.args if only else CONTENDERS)


@pytest.fixture
async def stage(contender: Contender, tmp_path: Path) -> AsyncIterator[Stage]:
    """A simulator of its own for every test, and the contender's clients on it."""
    async with Stage.set(contender, tmp_path) as ready:
        yield ready
