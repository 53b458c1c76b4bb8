"""`holdfast bot replay`: conversation files, played and judged."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from holdfast.cli.screen import machine, say
from holdfast.lab.replay import Conversation, ScriptError, World, play, read

Result = dict[str, object]


async def replay(files: Sequence[Path], as_json: bool) -> int:
    """Play the files, one after the other in one world; 1 when one of them did not come out as written.

    None is played while one of them cannot be read.
    """
    talks, unreadable = _read(files, as_json)
    results = [*unreadable]
    if not unreadable:
        if not as_json:
            say("[bright_black]starting a simulated WhatsApp and a Holdfast …[/]")
        with tempfile.TemporaryDirectory(prefix="hf-") as folder:
            async with World.start(Path(folder)) as world:
                for file, talk in talks:
                    results.append(await _play(world, file, talk, as_json))
    good, every = sum(bool(it["ok"]) for it in results), len(talks) + len(unreadable)
    if as_json:
        machine(results)
    else:
        say("{} of {} conversations came out as they are written", good, every)
    return 0 if good == every else 1


def _read(files: Sequence[Path], quiet: bool) -> tuple[list[tuple[Path, Conversation]], list[Result]]:
    """The conversations, and what is wrong with files that cannot be read."""
    talks: list[tuple[Path, Conversation]] = []
    wrong: list[Result] = []
    for file in files:
        try:
            talks += [(file, it) for it in read(file.read_text())]
        except OSError as failure:
            wrong.append(_judged(file, f"it cannot be read: {failure.strerror}", 0, quiet=quiet))
        except ScriptError as failure:
            wrong.append(_judged(file, str(failure), 0, quiet=quiet))
    return talks, wrong


async def _play(world: World, file: Path, talk: Conversation, quiet: bool) -> Result:
    begun, why = time.monotonic(), ""
    try:
        await play(world, talk, file.parent)
    except ScriptError as failure:
        why = str(failure)
    return _judged(file, why, time.monotonic() - begun, talk.title, quiet=quiet)


def _judged(file: Path, why: str, took_s: float, title: str = "", *, quiet: bool) -> Result:
    what = f"{file}: {title}" if title else str(file)
    if not quiet and why:
        say("[bold red]failed[/]  {}: {}", what, why)
    elif not quiet:
        say("[bold green]good[/]    {} [bright_black]{} s[/]", what, f"{took_s:.1f}")
    return {"file": str(file), "title": title, "ok": not why, "why": why, "seconds": round(took_s, 2)}
