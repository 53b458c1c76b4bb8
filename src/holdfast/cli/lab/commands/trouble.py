"""`holdfast lab fault`, `faults`, `clear`, `clock`: what goes wrong, and what time it is."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from typing import Annotated

import typer

from holdfast.cli.lab.commands.shared import app, clearly
from holdfast.cli.options import LabData, Trust


@app.command("fault")
def fault(
    name: Annotated[
        str | None, typer.Argument(help="A ready-made fault (holdfast lab faults --known).")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only this phone's companions.")] = None,
    count: Annotated[
        int | None, typer.Option(help="How often it strikes; -1: until it is ended.", show_default="its own")
    ] = None,
    ttl: Annotated[str | None, typer.Option(help="It ends by itself after this time, like 30s.")] = None,
    arg: Annotated[list[str] | None, typer.Option(help="Detail of the action, like ms=200.")] = None,
    action: Annotated[str | None, typer.Option(help="A rule of your own: what it does.")] = None,
    match: Annotated[
        list[str] | None, typer.Option(help="A rule of your own: what it strikes, like tag=message.")
    ] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Break something: by name, or by a rule of your own.

    [bright_black]holdfast lab fault no-ack --account Ann[/]
    [bright_black]holdfast lab fault logged-out --account Ann --count 1[/]
    [bright_black]holdfast lab fault --action delay --match "tag=message dir=out" --arg ms=800 --count -1[/]
    [bright_black]holdfast lab fault --action drop --match "tag=receipt prob=0.3" --ttl 2m --count -1[/]
    """
    from holdfast.cli.lab import faults as work

    given = work.Trouble(name, action, tuple(match or ()), tuple(arg or ()), account, count, ttl)
    clearly(work.fault(data, trust, given))


@app.command("faults")
def faults(
    known: Annotated[bool, typer.Option("--known", help="Everything that there is.")] = False,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Faults in force."""
    from holdfast.cli.lab import faults as work

    clearly(work.faults(data, trust, known))


@app.command("clear")
def clear(
    id: Annotated[int | None, typer.Argument(help="Number of one fault; default: all.")] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """End faults."""
    from holdfast.cli.lab import faults as work

    clearly(work.clear(data, trust, id))


@app.command("clock")
def clock(
    advance: Annotated[str | None, typer.Option(help="So much time passes at once, like 14d.")] = None,
    offset: Annotated[
        str | None, typer.Option(help="So much more than the machine's time, like -2h; 0 is the machine's.")
    ] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Show the simulation's time, or move it."""
    from holdfast.cli.lab import faults as work

    clearly(work.clock(data, trust, advance, offset))
