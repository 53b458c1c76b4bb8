"""How long what the link dialog shows is good: until the board says otherwise."""

import asyncio
import time
from typing import Final

from holdfast.client import Qr
from holdfast.dashboard.board import Board
from holdfast.model.pairing import PairingStep

#: At the board in memory.
LOOK_S: Final = 0.1


async def while_step(board: Board, ref: str, step: str) -> None:
    """Return when a person has to do something else, or nobody answers."""
    while True:
        await asyncio.sleep(LOOK_S)
        seen = board.sessions.get(ref)
        if not board.reachable or seen is None or seen.pairing is None or seen.pairing.step != step:
            return


async def while_current(board: Board, ref: str, qr: Qr) -> None:
    """Return when this code is over: another one is due, the link was made, or nobody answers."""
    until = time.monotonic() + qr.expires_in_s
    while time.monotonic() < until:
        await asyncio.sleep(LOOK_S)
        seen = board.sessions.get(ref)
        pairing = seen.pairing if seen else None
        if not board.reachable or seen is None or seen.state != "pairing":
            return
        if pairing is not None and (pairing.index > qr.index or pairing.step != PairingStep.SCAN):
            return
