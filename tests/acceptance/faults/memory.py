"""Connected and disconnected two hundred times: gateway and engine need no more memory than before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.row import Come, Deed, Row
from faults.stage import SESSION, Stage, stage

_WARM_UP, _ROUNDS = 20, 200
#: One connection that is kept costs some 300 KiB: all of them would be 60 MiB.
MOST_MIB = 16.0


@dataclass(frozen=True, slots=True)
class Memory:
    """How much more memory a process has after all rounds than after the first ones."""

    gateway_mib: float
    engine_mib: float

    @property
    def wrong(self) -> Sequence[str]:
        """What is too much, one line each."""
        grown = {"gateway": self.gateway_mib, "engine": self.engine_mib}
        return [f"the {name} grew by {mib:.0f} MiB" for name, mib in grown.items() if mib > MOST_MIB]


async def memory(folder: Path) -> Memory:
    """Connect and disconnect, again and again."""
    async with stage(Row("memory", Deed("nothing"), Come()), folder) as on:
        await _rounds(on, _WARM_UP)
        before = _used(on)
        await _rounds(on, _ROUNDS)
        after = _used(on)
    return Memory(after[0] - before[0], after[1] - before[1])


async def _rounds(on: Stage, count: int) -> None:
    for _ in range(count):
        await on.client.sessions.disconnect(SESSION)
        await on.client.sessions.wait_for(SESSION, "stopped")
        await on.client.sessions.connect(SESSION)
        await on.client.sessions.wait_for(SESSION)


def _used(on: Stage) -> tuple[float, float]:
    """MiB of gateway and engine."""
    gateway, engine = on.stack.keeper.pid("gateway"), on.place.engine_pid()
    assert gateway is not None
    assert engine is not None
    return _rss_mib(gateway), _rss_mib(engine)


def _rss_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
