"""A gateway without HTTP, against an engine that a test scripts."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog

from holdfast.engine import EngineLink, EngineProcess, EngineProgram, Intake
from holdfast.inbox import Inbox
from holdfast.journal import Event, Filter, Journal
from holdfast.kit.clock import SteadyClock, monotonic_ms, now_ms
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.model.states import State
from holdfast.sessions import Recorder, Service, Supervisor
from holdfast.sessions.runtime import Runtime
from holdfast.store import SqliteFile, Store
from holdfast.vault import Vault, load_or_create
from patience import PATIENCE_S
from rooms import NobodyTold

from .scripted_engine import ScriptedEngine

TENANT = DEFAULT_TENANT


@dataclass
class MovedClock:
    """The monotonic clock of a gateway whose test does not wait."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return monotonic_ms() + self.ahead_ms


@dataclass
class Running:
    """One gateway process, as far as a test sees it."""

    store: Store
    journal: Journal
    link: EngineLink
    supervisor: Supervisor
    sessions: Service
    inbox: Inbox
    clock: "MovedClock"
    ups: list[str] = field(default_factory=list)
    downs: list[str] = field(default_factory=list)

    def state(self, name: str) -> State:
        return self.sessions.show(TENANT, name).state

    def runtime(self, session_id: str) -> Runtime:
        found = self.supervisor.roster.index.get(session_id)
        assert found is not None
        return found

    async def until(self, name: str, state: State, within_s: float = PATIENCE_S) -> None:
        """Return when the session is there; fail with what it is instead."""
        await eventually(
            lambda: self.state(name) is state, lambda: str(self.sessions.show(TENANT, name)), within_s
        )

    async def events(self, *types: str) -> list[Event]:
        await self.supervisor.roster.recorder.settled()
        page = await self.journal.read(0, 1000, Filter(TENANT, None, frozenset(types) if types else None))
        return page.events


async def eventually(
    true: Callable[[], bool], otherwise: Callable[[], str] = lambda: "", within_s: float = PATIENCE_S
) -> None:
    """Return when it is true; fail when it does not become so in time."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not true():
        assert asyncio.get_running_loop().time() < deadline, otherwise() or "it did not happen in time"
        await asyncio.sleep(0.005)


@dataclass
class World:
    """A disk, on which engines and gateways come and go."""

    root: Path
    folders: dict[str, bytes] = field(default_factory=dict)
    jids: dict[str, str] = field(default_factory=dict)
    engines: list[ScriptedEngine] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.root / "data"

    async def engine(self, **script: object) -> ScriptedEngine:
        """A fresh engine that listens."""
        name = f"scripted-{len(self.engines) + 1}"
        made = ScriptedEngine(self.data, self.folders, self.jids, engine_id=name, **script)  # type: ignore[arg-type]
        self.engines.append(made)
        await made.start()
        return made

    @contextlib.asynccontextmanager
    async def gateway(
        self, binary: str = "/nowhere/holdfast-engine", policy: Policy = DEFAULT_POLICY
    ) -> AsyncIterator[Running]:
        """A gateway, from start to stop. Its engine is one that a test has started."""
        self.data.mkdir(exist_ok=True)
        store = await Store.open(SqliteFile(self.data / "holdfast.db"))
        journal = await Journal.open(store)
        vault = Vault(load_or_create(self.root / "master.key"), self.data)
        registry = await vault.prove(store)
        process = EngineProcess(EngineProgram(Path(binary), self.data, None))
        link = EngineLink(process, gateway_id="gtw_test", build="test", lab=True)
        recorder = Recorder(store, journal)
        clock = MovedClock()
        supervisor = Supervisor(
            store=store,
            recorder=recorder,
            link=link,
            vault=vault,
            home=TENANT,
            policy=policy,
            roll=lambda: 0.0,
            clock=SteadyClock(now_ms, clock),
        )
        await supervisor.load(registry)
        inbox = Inbox(store, journal, NobodyTold())
        intake = Intake(inbox.receive, link.confirm)
        service = Service(
            store,
            supervisor.roster,
            supervisor.unlinking,
            supervisor.quarantine,
            supervisor.ways,
            importing=supervisor.importing,
            safekeeping=supervisor.safekeeping,
            exporting=supervisor.exporting,
        )
        running = Running(store, journal, link, supervisor, service, inbox, clock)
        supervisor.roster.on_up = lambda session_id, phone: running.ups.append(session_id)
        supervisor.roster.on_down = running.downs.append
        link.on_facts, link.on_levels = supervisor.heard_facts, supervisor.heard_levels
        link.on_detached, link.on_deliveries = supervisor.engine_detached, intake.put

        def attached(identity: object) -> None:
            intake.begin()
            supervisor.engine_attached(identity)  # type: ignore[arg-type]

        link.on_attached = attached
        tasks = [asyncio.create_task(it) for it in (link.run(), supervisor.run(), intake.run())]
        try:
            yield running
            for task in tasks:
                assert not task.done(), task.exception()
        finally:
            for task in tasks:
                if task.done() and not task.cancelled() and (why := task.exception()) is not None:
                    traceback.print_exception(why)  # a test waits in vain for what has ended
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.close()

    async def link_number(self, gateway: Running, engine: ScriptedEngine, name: str, phone: str) -> str:
        """Pair a session with a phone; its id."""
        view, _ = await gateway.sessions.create_or_get(TENANT, name)
        await gateway.sessions.pair(TENANT, name)
        await eventually(lambda: view.id in engine.sessions)
        engine.show_code(view.id, f"code-of-{name}", gateway.supervisor.roster.now + 60_000)
        await gateway.sessions.qr(TENANT, name, PATIENCE_S)
        engine.scan(view.id, f"{phone}:3@s.whatsapp.net")
        await gateway.until(name, State.CONNECTED)
        return view.id


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty disk."""
    made = World(tmp_path)
    yield made
    for engine in made.engines:
        await engine.die()


@pytest.fixture
def logged() -> list[structlog.typing.EventDict]:
    """Everything that is logged during a test."""
    with structlog.testing.capture_logs() as entries:
        yield entries  # type: ignore[misc]
