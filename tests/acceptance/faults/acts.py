"""Makes a row's fault: puts a named one in force, or does a deed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from faults.deeds import DEEDS
from faults.observe import struck
from faults.row import Deed, Named, Occasion
from faults.stage import SESSION, Stage, scan
from holdfast.lab import Phone
from patience import PATIENCE_S


@asynccontextmanager
async def made(stage: Stage) -> AsyncIterator[str]:
    """The row's fault is in force as long as the block lasts; a deed is done when the block is entered.

    Yields what did not strike in time, in words.
    """
    fault = stage.row.fault
    if isinstance(fault, Deed):
        async with DEEDS[fault.name](stage, **fault.args):
            yield ""
        return
    order = stage.simulator.fault(fault.name, account_of(stage, fault), fault.count, args=fault.args or None)
    if fault.occasion is Occasion.CODE:
        await stage.client.sessions.first_qr(SESSION)
    async with order as ordered:
        if fault.occasion is Occasion.LOGIN:
            await stage.phone.kick(1, "close")
        if fault.occasion in {Occasion.FILE, Occasion.GONE}:
            await stage.talk.say_file(comes=fault.occasion is Occasion.FILE)
        if fault.occasion is Occasion.PAIRING:
            await scan(stage)
        yield "" if await _strikes(stage, fault, ordered.id, ordered.hit) else f"{fault.name} did not strike"


def account_of(stage: Stage, fault: Named) -> Phone | None:
    """Whose connections it strikes; None: everybody's."""
    return {"number": stage.phone, "customer": stage.talk.customer, "everybody": None}[fault.of]


async def _strikes(stage: Stage, fault: Named, id: int, hit: int) -> bool:
    if not fault.strikes:
        return True
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if await struck(stage, id, hit):
            return True
        await asyncio.sleep(0.05)
    return False
