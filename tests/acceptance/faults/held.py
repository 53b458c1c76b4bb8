"""Every named fault of the simulator, held for a minute at the pace of real life: nothing may run hot.

Counted are the dials, by the simulator, and the processor time of gateway and engine, by the kernel.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from faults.acts import account_of
from faults.observe import Observer
from faults.row import Named, Occasion, Row
from faults.stage import SESSION, Stage, scan, stage
from holdfast.model.policy import attempts_allowed
from holdfast.model.reasons import Reason

HELD_S = 60.0
MOST_CPU = 0.20
_STRIKE_EVERY_S = 1.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Held:
    """What a minute of one fault cost."""

    name: str
    reasons: Sequence[Reason]
    dials: int
    allowed: int
    cpu: float
    trouble: str = ""

    @property
    def wrong(self) -> Sequence[str]:
        """What is too much, one line each."""
        found = [self.trouble] if self.trouble else []
        if self.dials > self.allowed:
            found.append(f"{self.dials} dials within {HELD_S:g} s, {self.allowed} allowed")
        if self.cpu >= MOST_CPU:
            found.append(f"{self.cpu:.0%} of a core")
        return found


async def hold(row: Row, folder: Path) -> Held:
    """Hold the fault of a row for a minute. Never raises for what it shows."""
    assert isinstance(row.fault, Named)
    try:
        async with stage(replace(row, pace=1.0), folder) as on:
            return await _held(on, row.fault)
    except Exception as failure:  # one row's trouble is that row's
        return Held(row.name, (), 0, 0, 0.0, f"{type(failure).__name__}: {failure}")


async def _held(on: Stage, fault: Named) -> Held:
    observer = await Observer.begin(on)
    before = _cpu_s(on)
    started = time.monotonic()
    async with on.talk.flowing(on.row.talks):
        await _strike_on(on, fault, started + HELD_S)
    elapsed = time.monotonic() - started
    cpu = (_cpu_s(on) - before) / elapsed
    seen = await observer.seen()
    reasons = list(dict.fromkeys(Reason(each.reason) for each in await observer.changes()))
    # One more for the connection that is ended so that the fault can be met, one where a code is scanned.
    extra = 1 + (2 if on.row.linking else 0)
    allowed = extra + max((attempts_allowed(reason, elapsed) for reason in reasons), default=0)
    return Held(on.row.name, reasons, seen.attempts, allowed, cpu)


async def _strike_on(on: Stage, fault: Named, until: float) -> None:
    """The fault is in force until then; one that strikes only what is open is ordered again and again."""
    if fault.occasion is Occasion.CODE:
        await on.client.sessions.first_qr(SESSION)
    ordered = on.simulator.fault(fault.name, account_of(on, fault), -1, args=fault.args or None)
    async with ordered as made:
        if fault.occasion is Occasion.LOGIN:
            await on.phone.kick(1, "close")
        if fault.occasion is Occasion.PAIRING:
            await scan(on)
        stays = any(it.id == made.id for it in await on.simulator.faults())
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, _STRIKE_EVERY_S))
            if not stays and any(it.connected for it in (await on.phone.account()).companions):
                await on.simulator.fault(fault.name, account_of(on, fault), args=fault.args or None)


def _cpu_s(on: Stage) -> float:
    """Processor seconds of gateway and engine so far."""
    pids = (on.stack.keeper.pid("gateway"), on.place.engine_pid())
    return sum(_used_s(pid) for pid in pids if pid is not None)


def _used_s(pid: int) -> float:
    # The name may hold spaces and parentheses: everything after the last one is positional.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
