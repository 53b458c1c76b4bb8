"""pytest-holdfast: fixtures for tests against the offline WhatsApp.

pytest loads this in every run of every project that has Holdfast installed: at the top it imports nothing but
pytest, everything else is imported when a test asks for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_RUNNING = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--holdfast-seed`, also in the ini file as `holdfast_seed`."""
    group = parser.getgroup("holdfast", "the offline WhatsApp")
    group.addoption(
        "--holdfast-seed",
        type=int,
        default=None,
        metavar="N",
        help="seed of the simulated WhatsApp; the same seed makes the same choices (1)",
    )
    parser.addini("holdfast_seed", "seed of the simulated WhatsApp", default="1")


@pytest.fixture
def holdfast_seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run. Override it for a test that needs its own."""
    given = request.config.getoption("--holdfast-seed")
    return int(request.config.getini("holdfast_seed") if given is None else given)


@pytest.fixture
def holdfast_simulator(request: pytest.FixtureRequest, tmp_path: Path, holdfast_seed: int) -> Iterator[Any]:
    """A simulated WhatsApp of this test's own, in its own folder: `holdfast.lab.Simulator`, methods blocking.

    An asynchronous test attaches to it: `async with Simulator.attach(holdfast_simulator.trust_file) as lab`.
    """
    from holdfast.lab.blocking import blocking
    from holdfast.lab.simulator import Simulator

    folder = tmp_path / "wasim"
    with blocking(Simulator.start(folder, seed=holdfast_seed, state=folder / "state")) as simulator:
        request.node.stash[_RUNNING] = simulator
        yield simulator
        del request.node.stash[_RUNNING]


@pytest.fixture
def holdfast_phone(holdfast_simulator: Any) -> Any:
    """Makes phones: `holdfast_phone("Ann")` or `holdfast_phone("Ann", "491511234567")`."""

    def make(name: str = "Customer", number: str | None = None) -> Any:
        return holdfast_simulator.phone(name, number)

    return make


@pytest.fixture
def holdfast_stack(holdfast_simulator: Any, tmp_path: Path) -> Iterator[Any]:
    """A whole Holdfast against the simulator, with a linked number: `holdfast.lab.LinkedStack`, blocking."""
    from holdfast.lab.blocking import blocking
    from holdfast.lab.linked import LinkedStack

    with blocking(LinkedStack.beside(tmp_path / "holdfast", holdfast_simulator.trust_file)) as stack:
        yield stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A failed test shows what passed the simulator last, and how to run the same again."""
    report = yield
    simulator = item.stash.get(_RUNNING, None)
    if report.when != "teardown" and report.failed and simulator is not None:
        from holdfast.lab.report import sections

        report.sections.extend(sections(simulator))
    return report
