"""The commands. Each imports its work when it is called, so that `holdfast --help` answers at once."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.alert_commands import app as alert_app
from holdfast.cli.backup_commands import app as backup_app
from holdfast.cli.backup_commands import move
from holdfast.cli.booking_commands import app as booking_app
from holdfast.cli.chat_commands import app as chat_app
from holdfast.cli.config import app as config_app
from holdfast.cli.group_commands import app as group_app
from holdfast.cli.import_commands import app as import_app
from holdfast.cli.import_commands import export
from holdfast.cli.key_commands import app as master_app
from holdfast.cli.lab.commands import app as lab_app
from holdfast.cli.options import ApiPort, AsJson, DashboardPort, Data, SessionName, TlsCert, TlsKey
from holdfast.cli.quarantine import app as quarantine_app
from holdfast.cli.run import run as _run
from holdfast.cli.send_command import cancel, queue, send
from holdfast.cli.session_commands import connect, delete, disconnect, logout, rename
from holdfast.cli.user_commands import app as user_app
from holdfast.cli.user_commands import audit, key_app

app = typer.Typer(
    name="holdfast",
    help="Scan once. Stay connected. WhatsApp numbers, kept linked for programs that talk over them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bot_app = typer.Typer(help="Bots on the public SDK.", no_args_is_help=True)
app.add_typer(bot_app, name="bot")
app.add_typer(config_app, name="config")
app.add_typer(alert_app, name="alert")
app.add_typer(booking_app, name="booking")
app.add_typer(chat_app, name="chats")
app.add_typer(group_app, name="group")
app.add_typer(backup_app, name="backup")
app.add_typer(master_app, name="master-key")
app.add_typer(import_app, name="import")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(lab_app, name="lab")
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")


def run(argv: Sequence[str] | None = None) -> None:
    """Run the command line; every refusal is one line. Leaves by `sys.exit` unless it ends well."""
    from holdfast.cli import usage

    usage.run(app, argv)


def _version(wanted: bool) -> None:
    if wanted:
        from holdfast import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def up(
    data: Data = None,
    host: Annotated[
        str,
        typer.Option(
            envvar="HOLDFAST_HOST", help="Address to listen on; 0.0.0.0: phones on your network too."
        ),
    ] = "127.0.0.1",
    api_port: ApiPort = 4001,
    dashboard_port: DashboardPort = 4000,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    dashboard: Annotated[bool, typer.Option(help="Run the dashboard as well.")] = True,
    lab: Annotated[bool, typer.Option("--lab", help="Against a simulated WhatsApp, offline.")] = False,
    trust: Annotated[
        Path | None, typer.Option(envvar="HOLDFAST_LAB", help="Lab mode with a simulator that runs already.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return as soon as it runs.")] = False,
) -> None:
    """Start everything; Ctrl+C stops everything."""
    from holdfast.cli import up as work

    wanted = work.Wanted(data, host, api_port, dashboard_port, dashboard, lab, trust, tls_cert, tls_key)
    _run(work.detached(wanted) if detach else work.up(wanted))


@app.command()
def down(data: Data = None) -> None:
    """Stop everything that `up` started, the engine included. Numbers stay linked."""
    from holdfast.cli import control

    _run(control.down(data))


@app.command()
def reload(data: Data = None) -> None:
    """Restart the gateway; the engine and every connection stay."""
    from holdfast.cli import control

    _run(control.reload(data))


@app.command()
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Every number: its state, since when, what to do."""
    from holdfast.cli import status as work

    _run(work.status(data, as_json))


@app.command()
def timeline(
    session: SessionName,
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back the uptime goes.")] = 7,
    changes: Annotated[int, typer.Option(min=1, max=1000, help="How many changes to show.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """What happened to a number: every change with its reason and duration, and its uptime by day."""
    from holdfast.cli import timeline as work

    _run(work.timeline(data, session, days=days, changes=changes, as_json=as_json))


@app.command()
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Do what it says it would do, with a copy first.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Look at everything: each number's credentials, clock, disk, permissions, keys, versions, records."""
    from holdfast.cli import doctor as work

    _run(work.doctor(data, repair=repair, as_json=as_json))


@app.command()
def dashboard(
    gateway: Annotated[
        str | None, typer.Option(envvar="HOLDFAST_URL", help="Address of a gateway elsewhere.")
    ] = None,
    host: Annotated[str, typer.Option(envvar="HOLDFAST_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", envvar="HOLDFAST_DASHBOARD_PORT", min=1, max=65535, help="Port to listen on."),
    ] = 4000,
    data: Data = None,
) -> None:
    """Serve the dashboard alone, beside the gateway or elsewhere; `up` brings one of its own."""
    from holdfast.cli import page

    page.serve(data, gateway, host, port)


@app.command("dashboard-link")
def dashboard_link(data: Data = None) -> None:
    """Print a link that logs one browser in to the dashboard, once."""
    from holdfast.cli import page

    _run(page.link(data))


@app.command()
def pair(
    session: Annotated[str, typer.Argument(help="Name of the session; made when there is none.")] = "main",
    replace_number: Annotated[
        bool, typer.Option("--replace-number", help="Another number may take the session over.")
    ] = False,
    code: Annotated[
        str | None,
        typer.Option(
            "--code", metavar="PHONE", help="Show a code to type on the phone with this number (+49…)."
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Link a number: draws the QR code, or a code to type, and tells when the phone has used it."""
    from holdfast.cli import pair as work

    _run(work.pair(data, session, replace_number=replace_number, phone=code))


app.command()(connect)
app.command()(disconnect)
app.command()(rename)
app.command()(logout)
app.command()(delete)
app.command()(send)
app.command()(queue)
app.command()(cancel)
app.command()(export)
app.command()(move)
app.command()(audit)


@app.command()
def check(
    session: SessionName,
    numbers: Annotated[list[str], typer.Argument(help="With country code.", show_default=False)],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Ask whether numbers are on WhatsApp, and where to write to. Exit code 1 when one is not."""
    from holdfast.cli import groups as work

    _run(work.check(data, session, numbers, as_json))


@app.command()
def events(
    subscription: Annotated[
        str | None, typer.Option("--as", help="Continue where this name stopped, and acknowledge.")
    ] = None,
    session: Annotated[list[str] | None, typer.Option(help="Only these sessions.")] = None,
    type: Annotated[list[str] | None, typer.Option(help="Only these types.")] = None,
    after: Annotated[str | None, typer.Option(help='Begin after this cursor; "" is the beginning.')] = None,
    change: Annotated[
        bool, typer.Option("--change", help="Give the name of --as the filter that stands here.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Follow what happens, one line per event."""
    from holdfast.cli import messages

    wanted = messages.Followed(subscription, session or (), type or (), after, change)
    _run(messages.events(data, wanted, as_json=as_json))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit at the end of the story, 0 or 1.")] = False,
    api_port: ApiPort = 4001,
    dashboard_port: DashboardPort = 4000,
) -> None:
    """The whole of Holdfast against a simulated WhatsApp: link, answer, kill -9, still connected."""
    from holdfast.cli import demo as work

    _run(work.demo(once, api_port, dashboard_port))


@app.command()
def selftest(
    sessions: Annotated[int, typer.Option(min=1, help="How many numbers.")] = 20,
    kills: Annotated[int, typer.Option(min=0, help="How many kill -9.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed plans the same kills.")] = 1,
    people: Annotated[
        bool,
        typer.Option(
            "--people", help="Owners link, cancel, delete, rename, log out and disconnect meanwhile."
        ),
    ] = False,
    faults: Annotated[
        bool,
        typer.Option(
            "--faults", help="Connections die, frames break, logins are refused, messages get lost meanwhile."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove it here: numbers, messages both ways, kill -9 all over; nothing lost, nothing doubled, no QR."""
    from holdfast.cli.selftest import selftest as work

    _run(work(sessions, kills, seed, as_json, people=people, faults=faults))


@bot_app.command("run")
def bot_run(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Python files with one Bot each; of several the first that handles a message ends it.",
            show_default=False,
        ),
    ],
    reload: Annotated[
        bool, typer.Option("--reload", help="For development: begin again when a file changes.")
    ] = False,
    data: Data = None,
) -> None:
    """Run a bot until Ctrl+C. What comes meanwhile waits for it."""
    from holdfast.cli import bot

    _run(bot.run_bots(data, files, reload=reload), fast=True)


@bot_app.command("replay")
def bot_replay(
    files: Annotated[list[Path], typer.Argument(help="Conversation files (.talk).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Play written conversations against a simulated WhatsApp, and judge every answer."""
    from holdfast.cli import replay

    _run(replay.replay(files, as_json), fast=True)


@bot_app.command("new")
def bot_new(
    name: Annotated[str, typer.Argument(help="Of the bot, and of its file.", show_default=False)],
) -> None:
    """Write the file of a small bot to begin with."""
    from holdfast.cli import bot

    bot.new(name)


@bot_app.command("host", hidden=True)
def bot_host(data: Data = None) -> None:
    """Run what the document `bots` switches on. For `holdfast up`."""
    from holdfast.cli import bot

    _run(bot.host_bots(data), fast=True)
