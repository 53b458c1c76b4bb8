"""Linked sessions, made once through the real product and kept in the ignored folder `.fixtures`.

A fixture holds the simulator's state, the data folder and the master key after a clean stop. Benchmarks work
on copies, the cache stays as it was made. Its name carries a hash of what decides the format of those files.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.installation import ROOT, Installation, installed
from benchmarks.processes import ProcessFailed

CACHE = Path(__file__).resolve().parent / ".fixtures"
_FORMAT = "1"
#: What decides how the files of a fixture look inside.
_DECIDING = (
    "src/holdfast/store/migrations",
    "src/holdfast/vault",
    "engine/internal/vault/key.go",
    "simulator/internal/state",
)
_PAIR_S = 60.0
_AT_ONCE = 8

Progress = Callable[[str], None]


async def linked(count: int, progress: Progress) -> Path:
    """The fixture with this many linked sessions; made now if the cache has none."""
    target = CACHE / f"{_version()}-{count}"
    if (target / "fixture.json").is_file():
        return target
    async with installed() as installation:
        await installation.start()
        await _link_all(installation, count, progress)
        phones = sorted(session["phone"] for session in await installation.sessions())
        await installation.stop()
        await installation.simulator.save()
        await installation.simulator.close()
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        _keep(installation.folder, partial)
        (partial / "fixture.json").write_text(json.dumps({"phones": phones}))
        if target.exists():  # another run was quicker
            shutil.rmtree(partial)
            return target
        partial.rename(target)
        for older in CACHE.glob(f"*-{count}"):
            if older != target:
                shutil.rmtree(older, ignore_errors=True)
    return target


def numbers(fixture: Path) -> list[str]:
    """The linked numbers of a fixture."""
    return list(json.loads((fixture / "fixture.json").read_text())["phones"])


async def _link_all(installation: Installation, count: int, progress: Progress) -> None:
    waiting = iter(range(count))
    done = 0

    async def worker() -> None:
        nonlocal done
        for number in waiting:
            await link_one(installation, f"bench-{number:04d}")
            done += 1
            progress(f"linking {count} numbers for the cache: {done}")

    async with asyncio.TaskGroup() as group:
        for _ in range(min(_AT_ONCE, count)):
            group.create_task(worker())


async def link_one(installation: Installation, name: str) -> None:
    """Link one number as a user does: create, pair, show the QR, scan it, wait for green."""
    api, simulator = installation.api, installation.simulator
    phone = await simulator.make_phone(name)
    await api.call("PUT", f"/v1/sessions/{name}")
    await api.post(f"/v1/sessions/{name}/pair")
    code = await api.get(f"/v1/sessions/{name}/qr?wait_s=20")
    await simulator.scan(phone, code["code"])
    async with asyncio.timeout(_PAIR_S):
        while True:
            session = await api.get(f"/v1/sessions/{name}")
            if session["state"] == "connected":
                return
            if session["state"] == "failed":
                raise ProcessFailed(f"pairing failed: {session['reason']}: {session['sentence']}")
            await asyncio.sleep(0.05)


def _keep(folder: Path, target: Path) -> None:
    target.mkdir(parents=True)
    shutil.copytree(folder / "wasim", target / "wasim")
    shutil.copytree(
        folder / "holdfast", target / "holdfast", ignore=shutil.ignore_patterns("run", "logs", "*.sock")
    )
    shutil.copy2(folder / "master.key", target / "master.key")


def _version() -> str:
    digest = hashlib.sha256(_FORMAT.encode())
    for name in _DECIDING:
        path = ROOT / name
        files = [path] if path.is_file() else sorted({*path.rglob("*.py"), *path.rglob("*.go")})
        for file in files:
            if not file.name.endswith("_test.go"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
