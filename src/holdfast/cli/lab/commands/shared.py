"""What the commands of `holdfast lab` have in common."""

from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from holdfast.cli.run import run

app = typer.Typer(
    help="The simulated WhatsApp by hand: phones, faults, clock, transcript.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="A first look: [bold]holdfast lab start[/], in another terminal [bold]holdfast lab phone Ann[/], "
    "[bold]holdfast lab faults --known[/]. All of it: docs/lab.md",
)

Who = Annotated[str, typer.Argument(help="A phone, by number or name.", show_default=False)]
To = Annotated[str, typer.Argument(help="A phone or group, by number, name, JID or subject.")]


def clearly(work: Coroutine[Any, Any, int | None]) -> None:
    """Run it; what cannot be meant is one line and exit code 2, as Typer has it."""
    from holdfast.cli.lab.words import Unclear
    from holdfast.cli.screen import Exit, fail

    async def clear() -> Any:
        try:
            return await work
        except Unclear as unclear:
            fail(str(unclear), Exit.SETTINGS)

    run(clear())
