"""The real processes of one row: a simulator, a gateway with its engine, a linked number and a customer."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import disk
from faults.network import Network
from faults.row import Ground, Row
from faults.talk import Talk
from holdfast.client import Client
from holdfast.keeper import Place, free_port
from holdfast.lab import AnswerDelay, Phone, Simulator, SimulatorError, Stack
from patience import PATIENCE_S

SESSION = "taxi"


@dataclass
class Stage:
    """What a deed may break and an observer look at."""

    row: Row
    folder: Path
    simulator: Simulator
    stack: Stack
    phone: Phone
    talk: Talk
    #: Where the row cuts it: the network between Holdfast and the simulator.
    network: Network | None = None
    #: The data folder is a small disk of its own.
    small_disk: bool = False
    #: When the fault was over, where that is before the deed's end.
    over: float | None = None

    @property
    def client(self) -> Client:
        """The SDK."""
        return self.stack.client

    @property
    def place(self) -> Place:
        """Folder and ports of the gateway."""
        return self.stack.place

    async def troubled(self, within_s: float = PATIENCE_S) -> None:
        """Return as soon as the gateway says that its database takes nothing."""
        deadline = time.monotonic() + within_s
        while not (await self.client.system()).trouble:
            assert time.monotonic() < deadline, "the gateway says nothing of its trouble"
            await asyncio.sleep(0.05)

    async def saved(self, within_s: float = PATIENCE_S) -> None:
        """Return when a snapshot of the number's credentials is there."""
        deadline = time.monotonic() + within_s
        while not list(self.place.data.glob(f"snapshots/{self.phone.phone}/*/session.db")):
            assert time.monotonic() < deadline, "no snapshot was taken"
            await asyncio.sleep(0.05)

    @property
    def session_folder(self) -> Path:
        """Where the number's credentials lie."""
        return self.place.data / "sessions" / self.phone.phone


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the processes stand on."""

    trust: Path
    network: Network | None = None
    small_disk: bool = False


@asynccontextmanager
async def _ground(row: Row, folder: Path, simulator: Simulator) -> AsyncIterator[_Ground]:
    match row.ground:
        case Ground.NETWORK:
            trust = folder / "network.json"
            async with Network.before(simulator, trust) as network:
                yield _Ground(trust, network=network)
        case Ground.DISK:
            async with disk.small_disk(folder / "data") as small:
                yield _Ground(simulator.trust_file, small_disk=small)
        case Ground.PLAIN:
            yield _Ground(simulator.trust_file)


@asynccontextmanager
async def stage(row: Row, folder: Path) -> AsyncIterator[Stage]:
    """Everything runs, the number is linked, messages are counted. All of it ends with the block.

    The folder's name must be short: sockets lie in it.
    """
    lab = Simulator.start(folder / "lab", state=folder / "lab" / "state", answer_delay=AnswerDelay())
    async with lab as simulator, AsyncExitStack() as others:
        ground = await others.enter_async_context(_ground(row, folder, simulator))
        key = folder / "master.key"
        place = Place(folder / "data", "127.0.0.1", free_port(), free_port(), ground.trust, key, row.pace)
        async with Stack.start(place) as stack:
            phone, customer = await simulator.phone("owner"), await simulator.phone("customer")
            await stack.client.sessions.create(SESSION)
            async with Talk.open(stack.client, SESSION, phone.phone, customer) as talk:
                made = Stage(row, folder, simulator, stack, phone, talk, ground.network, ground.small_disk)
                if not row.linking:
                    await scan(made)
                    await stack.client.sessions.wait_for(SESSION)
                yield made


async def scan(stage: Stage) -> None:
    """The number's phone scans a code. What WhatsApp or the phone refuses then shows in the session."""
    code = (await stage.client.sessions.first_qr(SESSION)).code
    with contextlib.suppress(SimulatorError):
        await stage.phone.scan(code)
