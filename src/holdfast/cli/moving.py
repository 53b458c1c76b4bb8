"""`holdfast move`: this installation stops, an archive of everything is made, and it rests."""

from pathlib import Path

from holdfast.cli.backup import Wanted, lock_of, progress, size, summary
from holdfast.cli.control import stop
from holdfast.cli.screen import complain, machine, say

__all__ = ["Wanted", "move", "undo"]


async def move(data: Path | None, wanted: Wanted, *, as_json: bool) -> None:
    """Make the archive with which another machine goes on. Raises HoldfastError: then it may start here as
    before.
    """
    from holdfast.backup import Choice
    from holdfast.cli.ops import backup as ops  # half of the gateway: only where it is needed

    lock = lock_of(wanted)
    choice = Choice(None, wanted.messages, wanted.media, moved=True)
    await ops.check_move(data, choice, lock, wanted.to)  # said before anything stops
    await stop(data)
    with progress("saving", shown=not as_json) as told:
        made = await ops.move(data, choice, lock, wanted.to, told)
    if as_json:
        numbers = [it.number for it in made.manifest.numbers]
        machine({"archive": made.where, "size_bytes": made.size_bytes, "numbers": numbers})
        return
    say("[bold green]saved[/] {} ({})", summary(made.manifest), size(made.size_bytes))
    say("{}", made.where)
    say("This installation rests now and does not start again: two of one number throw each other out.")
    say("Next step, on the other machine: [bold]holdfast backup restore[/], then [bold]holdfast up[/].")


async def undo(data: Path | None) -> None:
    """Have the installation start here again. Raises HoldfastError."""
    from holdfast.cli.ops import backup as ops

    if not ops.undo_move(data):
        complain("It has not moved: there is nothing to take back.")
        return
    say("[bold green]back[/] It may start here again: [bold]holdfast up[/]")
    say("Do not restore the archive of the move any more: two of one number throw each other out.")
