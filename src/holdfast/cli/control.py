"""`holdfast down` and `holdfast reload`."""

import asyncio
import contextlib
import json
import os
import signal
import time
from pathlib import Path

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, fail, say
from holdfast.cli.up import parent_pid
from holdfast.client import Client, HoldfastError, data_folder
from holdfast.keeper import Place, alive, gone

_STOP_WITHIN_S = 45.0
_RELOAD_WITHIN_S = 60.0


def _folder(data: Path | None) -> Path:
    return (data or data_folder()).expanduser().absolute()


def _gateway_pid(folder: Path) -> int | None:
    try:
        pid = int(json.loads((folder / "run" / "gateway.json").read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if alive(pid) else None


async def down(data: Path | None) -> int:
    """Stop parent, gateway and engine of the data folder; idempotent."""
    if await stop(data):
        say("stopped. Every number stays linked.")
    else:
        say("nothing runs on {}", _folder(data))
    return 0


async def stop(data: Path | None) -> bool:
    """Stop parent, gateway and engine of the data folder. False: nothing ran."""
    folder = _folder(data)
    parent, gateway = parent_pid(folder), None
    if parent is not None:
        os.kill(parent, signal.SIGTERM)
        if not await gone(parent, _STOP_WITHIN_S):
            fail(f"Process {parent} did not stop within {_STOP_WITHIN_S:g} s. Next step: `kill -9 {parent}`.")
    elif (gateway := _gateway_pid(folder)) is not None:
        os.kill(gateway, signal.SIGTERM)
        await gone(gateway, _STOP_WITHIN_S)
    place = Place(folder, "127.0.0.1", 0, 0, None)
    engine = place.engine_pid()
    if engine is not None:
        await place.stop_engine()
    return not (parent is None and gateway is None and engine is None)


async def reload(data: Path | None) -> int:
    """A fresh gateway process on the same engine; returns when it answers and holds the engine."""
    folder = _folder(data)
    parent = parent_pid(folder)
    if parent is None:
        fail(
            f"No `holdfast up` runs on {folder}. "
            "Next step: `holdfast up`, or restart the gateway's own service.",
            Exit.UNREACHABLE,
        )
    async with client(data) as api:
        before = await api.system()
        began = time.monotonic()
        os.kill(parent, signal.SIGHUP)
        await _until_new(api, before.gateway_pid)
        after, seconds = await api.system(), time.monotonic() - began
    kept = "the engine stayed" if after.engine_id == before.engine_id else "the engine was replaced"
    restored = f"{after.restore_connected} of {after.restore_total} connected"
    say("gateway reloaded in {} s; {}, {}", f"{seconds:.1f}", kept, restored)
    return 0


async def _until_new(api: Client, old_pid: int | None) -> None:
    deadline = time.monotonic() + _RELOAD_WITHIN_S
    while time.monotonic() < deadline:
        with contextlib.suppress(HoldfastError):
            system = await api.system()
            if system.gateway_pid != old_pid and system.engine_attached:
                return
        await asyncio.sleep(0.05)
    fail("The gateway did not come back in time. Next step: look into logs/gateway.log of the data folder.")
