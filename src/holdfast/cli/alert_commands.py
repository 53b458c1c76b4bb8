"""The commands of `holdfast alert`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from enum import StrEnum
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import run

app = typer.Typer(
    help="Tell a human when something needs one: mail, chat services, webhooks, another number.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="A first look: [bold]holdfast alert channel add mail[/], which asks for the address, then "
    "[bold]holdfast alert channel test mail[/]. All of it: docs/alerts.md",
)
channel_app = typer.Typer(help="Where alerts go.", no_args_is_help=True, rich_markup_mode="rich")
app.add_typer(channel_app, name="channel")

Name = Annotated[str, typer.Argument(help="Name of the channel.", show_default=False)]
Last = Annotated[int, typer.Option("--last", "-n", min=1, max=200, help="How many.")]


class _Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@channel_app.command("add")
def add(
    name: Name,
    url: Annotated[
        str | None,
        typer.Argument(
            help="Address, as Apprise writes it. Left out, it is asked for; - reads it from standard input. "
            "It holds passwords, and other users of this machine see arguments.",
            show_default=False,
        ),
    ] = None,
    session: Annotated[str | None, typer.Option(help="Instead: a text from this session …")] = None,
    to: Annotated[str | None, typer.Option(help="… to this number.")] = None,
    min_severity: Annotated[_Severity, typer.Option(help="Nothing lighter is told.")] = _Severity.WARNING,
    resolved: Annotated[bool, typer.Option(help="Tell too when an alert is over.")] = True,
    internal: Annotated[
        bool, typer.Option("--internal", help="It may lead to this machine or its own network.")
    ] = False,
    quiet: Annotated[
        str | None, typer.Option(help="Hours in which nobody is woken, like 22:00-07:00.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Whose clocks those are, like Europe/Berlin.")] = "UTC",
    quiet_all: Annotated[
        bool, typer.Option("--quiet-all", help="In them, what is critical waits too.")
    ] = False,
    data: Data = None,
) -> None:
    """Make a channel, or change the one of this name.

    [bright_black]holdfast alert channel add mail                 (asks for the address)[/]
    [bright_black]echo 'slack://A/B/C/#ops' | holdfast alert channel add ops - --quiet 22:00-07:00[/]
    [bright_black]holdfast alert channel add me --session office --to +4915112345678[/]
    """
    from holdfast.cli import alerts as work

    asked = work.Asked(name, url, session, to, min_severity.value, resolved, internal, quiet, zone, quiet_all)
    run(work.add(data, asked))


@channel_app.command("list")
def channels(data: Data = None, as_json: AsJson = False) -> None:
    """Every channel; passwords and tokens are not shown."""
    from holdfast.cli import alerts as work

    run(work.channels(data, as_json))


@channel_app.command("remove")
def remove(name: Name, data: Data = None) -> None:
    """Forget a channel and what it still had to tell."""
    from holdfast.cli import alerts as work

    run(work.remove(data, name))


@channel_app.command("test")
def try_channel(name: Name, data: Data = None) -> None:
    """Send a test message now. Exit code 1 when its service did not take it."""
    from holdfast.cli import alerts as work

    run(work.try_channel(data, name))


@app.command("rules")
def rules(data: Data = None, as_json: AsJson = False) -> None:
    """Everything that can be an alert, and how it is told."""
    from holdfast.cli import alerts as work

    run(work.rules(data, as_json))


@app.command("rule")
def rule(
    cause: Annotated[str, typer.Argument(help="One of `holdfast alert rules`.", show_default=False)],
    off: Annotated[bool, typer.Option("--off", help="Nobody is told.")] = False,
    severity: Annotated[_Severity | None, typer.Option()] = None,
    after: Annotated[int | None, typer.Option(help="Seconds that it has to last before.")] = None,
    again: Annotated[int | None, typer.Option(help="Seconds until it is told again; 0: never.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="As shipped.")] = False,
    data: Data = None,
) -> None:
    """Change how one alert is told. What is left out is as shipped."""
    from holdfast.cli import alerts as work

    change = work.Change(not off, severity.value if severity else None, after, again, reset)
    run(work.rule(data, cause, change))


@app.command("history")
def history(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that have not ended.")] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Only notifications that were given up.")] = False,
    last: Last = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Alerts, newest first, and who was told."""
    from holdfast.cli import alerts as work

    if dead:
        run(work.dead(data, last=last, as_json=as_json))
    else:
        run(work.history(data, only_open=only_open, last=last, as_json=as_json))


@app.command("again")
def again(
    id: Annotated[str, typer.Argument(help="One notification; default: all that were given up.")] = "",
    data: Data = None,
) -> None:
    """Try notifications again that were given up."""
    from holdfast.cli import alerts as work

    run(work.again(data, id))
