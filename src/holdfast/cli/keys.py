"""`holdfast master-key …`: how it is asked and shown."""

import html
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast.cli import secrets
from holdfast.cli.qr import half_blocks
from holdfast.cli.screen import Exit, complain, fail, kept_for_others, machine, say

if TYPE_CHECKING:
    from holdfast.cli.ops.keys import Checked

_WORDS_A_LINE: Final = 6
_SHEET: Final = """<!doctype html><meta charset="utf-8"><title>Holdfast recovery sheet</title>
<style>
body {{font: 14pt/1.6 sans-serif; margin: 2cm}} pre {{font: 16pt/1.8 monospace}} svg {{width: 8cm}}
</style>
<h1>Holdfast recovery sheet</h1>
<p>Made {day} for the data folder {data}. <b>Whoever has this page and the data folder has your numbers.</b>
Print it, lock it away, delete the file.</p>
<pre>{words}</pre>{code}
<p>To bring the key back: <code>holdfast master-key import</code>,
then type the words, or what the code says.</p>
"""


async def check(data: Path | None, *, as_json: bool) -> int:
    """Say what the key is to this data folder. Exit code 5 when it is another one's. Raises HoldfastError."""
    from holdfast.cli.ops import keys as ops

    found = ops.check(data)
    if as_json:
        machine(asdict(found))
    else:
        _show(found)
    if found.fits is False or (found.found.foreign and not found.found.opened):
        return int(Exit.WRONG_KEY)
    return int(Exit.FAILED if found.found.foreign or found.found.damaged or found.rotating else Exit.OK)


def _show(it: "Checked") -> None:
    say("key     {}", it.file or "given by HOLDFAST_MASTER_KEY_COMMAND")
    say(
        "opens   {} of {} wrapped keys",
        it.found.opened,
        it.found.opened + len(it.found.foreign) + len(it.found.damaged),
    )
    for path in it.found.foreign:
        complain(f"Another master key has wrapped {path}")
    for path in it.found.damaged:
        complain(f"No wrapped key is in {path}")
    if it.rotating:
        complain("A rotation is not finished. Next step: holdfast master-key rotate")
    if it.fits is False:
        complain(
            "This is not the key of this data folder. Next step: put the right one back, or restore a backup."
        )
        say("Without it, {} sessions have to be linked again by QR code.", it.sessions)
        if it.database:
            say("What needs no key is still there: messages, events, names and numbers.")
    elif it.fits is None:
        say("This data folder was not used yet.")
    else:
        say("[bold green]fits[/]    this data folder")


async def rotate(data: Path | None, *, as_json: bool) -> None:
    """Replace the key. Raises HoldfastError."""
    from holdfast.cli.ops import keys as ops

    done = await ops.rotate(data)
    if as_json:
        machine({"rewrapped": done.rewrapped, "channels": done.channels, "foreign": list(done.found.foreign)})
        return
    say("[bold green]rotated[/] {} keys of sessions, {} alert channels", done.rewrapped, done.channels)
    for path in (*done.found.foreign, *done.found.damaged):
        complain(f"Left as it was: {path}")
    say("Recovery sheets and backups of before hold the old key: make new ones.")
    say("Next step: [bold]holdfast master-key export sheet.html[/], then [bold]holdfast up[/]")


async def export(data: Path | None, to: Path | None) -> None:
    """The sheet, as a page or on the terminal. Raises HoldfastError."""
    from holdfast.cli.ops import keys as ops
    from holdfast.vault.sheet import words_of

    if to is None and kept_for_others():
        fail("A key is not written where others read it. Next step: holdfast master-key export sheet.html")
    line, words = ops.line(data), words_of(ops.secret(data))
    if to is not None:
        ops.write_sheet(to, _page(line, words, ops.folder(data)))
        say("{} is the recovery sheet. Print it, lock it away, delete the file.", to)
        return
    say("[bold]Holdfast recovery sheet.[/] Whoever has it and the data folder has your numbers.")
    for row in _rows(words):
        say("  {}", row)
    for row in half_blocks(line):
        say("[black on white]{}[/]", row)


def _rows(words: Sequence[str]) -> Sequence[str]:
    return [" ".join(words[at : at + _WORDS_A_LINE]) for at in range(0, len(words), _WORDS_A_LINE)]


def _page(line: str, words: Sequence[str], data: Path) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(line, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True)
    return _SHEET.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        data=html.escape(str(data)),
        words="\n".join(_rows(words)),
        code=drawn.getvalue().decode(),
    )


async def import_(data: Path | None, file: str | None) -> None:
    """Write a sheet's key to its place. Raises HoldfastError."""
    from holdfast.cli.ops import keys as ops

    path = ops.bring_back(data, secrets.sheet(file))
    say("[bold green]written[/] {}", path)
    say("Next step: [bold]holdfast master-key check[/]")
