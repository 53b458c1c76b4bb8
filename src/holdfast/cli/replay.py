"""`holdfast bot replay`: conversation files, played and judged."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.cli.screen import machine, say
from holdfast.lab.replay import Act, ScriptError, World, play, read

Result = dict[str, object]


async def replay(files: Sequence[Path], as_json: bool) -> int:
    """Play the files, one after the other in one world; 1 when one of them did not come out as written.

    None is played while one of them cannot be read.
    """
    scripts, results = _read(files, as_json)
    if not results:
        if not as_json:
            say("[bright_black]starting a simulated WhatsApp and a Holdfast …[/]")
        with tempfile.TemporaryDirectory(prefix="hf-") as folder:
            async with World.start(Path(folder)) as world:
                for file, acts in scripts.items():
                    results.append(await _play(world, file, acts, as_json))
    good = sum(bool(it["ok"]) for it in results)
    if as_json:
        machine(results)
    else:
        say("{} of {} conversations came out as they are written", good, len(files))
    return 0 if good == len(files) else 1


def _read(files: Sequence[Path], quiet: bool) -> tuple[dict[Path, Sequence[Act]], list[Result]]:
    """The scripts, and what is wrong with those that cannot be read."""
    scripts: dict[Path, Sequence[Act]] = {}
    wrong: list[Result] = []
    for file in files:
        try:
            scripts[file] = read(file.read_text())
        except OSError as failure:
            wrong.append(_judged(file, f"it cannot be read: {failure.strerror}", 0, quiet=quiet))
        except ScriptError as failure:
            wrong.append(_judged(file, str(failure), 0, quiet=quiet))
    return scripts, wrong


async def _play(world: World, file: Path, acts: Sequence[Act], quiet: bool) -> Result:
    begun, why = time.monotonic(), ""
    try:
        await play(world, acts, file.parent)
    except ScriptError as failure:
        why = str(failure)
    return _judged(file, why, time.monotonic() - begun, quiet=quiet)


def _judged(file: Path, why: str, took_s: float, *, quiet: bool) -> Result:
    if not quiet and why:
        say("[bold red]failed[/]  {}: {}", file, why)
    elif not quiet:
        say("[bold green]good[/]    {} [bright_black]{} s[/]", file, f"{took_s:.1f}")
    return {"file": str(file), "ok": not why, "why": why, "seconds": round(took_s, 2)}
