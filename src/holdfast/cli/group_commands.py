"""The commands of `holdfast group`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data, SessionName
from holdfast.cli.run import run

app = typer.Typer(
    help="Groups of a session's number: see them, make them, change them, join and leave.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

GroupName = Annotated[str, typer.Argument(help="JID of the group, as `list` shows it.", show_default=False)]
Members = Annotated[list[str], typer.Argument(help="Numbers with country code.", show_default=False)]


@app.command("list")
def listing(session: SessionName, data: Data = None, as_json: AsJson = False) -> None:
    """The groups that the number is in."""
    from holdfast.cli import groups as work

    run(work.listing(data, session, as_json))


@app.command()
def show(session: SessionName, group: GroupName, data: Data = None, as_json: AsJson = False) -> None:
    """One group with its members."""
    from holdfast.cli import groups as work

    run(work.show(data, session, group, as_json))


@app.command()
def create(
    session: SessionName,
    subject: Annotated[str, typer.Argument(help="Name of the group.", show_default=False)],
    members: Members,
    data: Data = None,
) -> None:
    """Make a group."""
    from holdfast.cli import groups as work

    run(work.create(data, session, subject, members))


@app.command("set")
def change(
    session: SessionName,
    group: GroupName,
    subject: Annotated[str | None, typer.Option(help="Rename it.")] = None,
    description: Annotated[str | None, typer.Option(help="Empty removes it.")] = None,
    announce: Annotated[bool | None, typer.Option(help="Only admins write.")] = None,
    locked: Annotated[bool | None, typer.Option(help="Only admins change subject and picture.")] = None,
    join_approval: Annotated[bool | None, typer.Option(help="An admin lets people in.")] = None,
    members_add: Annotated[bool | None, typer.Option(help="Everybody adds members.")] = None,
    disappearing_days: Annotated[
        int | None, typer.Option(help="Messages disappear after 1, 7 or 90 days; 0: never.")
    ] = None,
    data: Data = None,
) -> None:
    """Change a group; what is left out stays as it is."""
    from holdfast.cli import groups as work

    wanted = work.Change(
        subject, description, announce, locked, join_approval, members_add, disappearing_days
    )
    run(work.change(data, session, group, wanted))


@app.command()
def add(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Add people."""
    from holdfast.cli import groups as work

    run(work.change_members(data, session, group, "add", members))


@app.command()
def remove(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Remove people."""
    from holdfast.cli import groups as work

    run(work.change_members(data, session, group, "remove", members))


@app.command()
def promote(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Make members admins."""
    from holdfast.cli import groups as work

    run(work.change_members(data, session, group, "promote", members))


@app.command()
def demote(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Make admins ordinary members."""
    from holdfast.cli import groups as work

    run(work.change_members(data, session, group, "demote", members))


@app.command()
def requests(session: SessionName, group: GroupName, data: Data = None, as_json: AsJson = False) -> None:
    """Who waits to be let in; `accept` and `decline` take what is shown."""
    from holdfast.cli import groups as work

    run(work.requests(data, session, group, as_json))


@app.command()
def accept(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Let people in who wait."""
    from holdfast.cli import groups as work

    run(work.decide(data, session, group, members, approve=True))


@app.command()
def decline(session: SessionName, group: GroupName, members: Members, data: Data = None) -> None:
    """Turn people away who wait."""
    from holdfast.cli import groups as work

    run(work.decide(data, session, group, members, approve=False))


@app.command()
def invite(
    session: SessionName,
    group: GroupName,
    reset: Annotated[bool, typer.Option("--reset", help="Make a new one; the old link ends.")] = False,
    data: Data = None,
) -> None:
    """Print the invitation link."""
    from holdfast.cli import groups as work

    run(work.invite(data, session, group, reset=reset))


@app.command()
def join(
    session: SessionName,
    invitation: Annotated[str, typer.Argument(help="The link.", show_default=False)],
    data: Data = None,
) -> None:
    """Join a group by its link."""
    from holdfast.cli import groups as work

    run(work.join(data, session, invitation))


@app.command()
def leave(
    session: SessionName,
    group: GroupName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Leave a group. Coming back needs an invitation."""
    from holdfast.cli import groups as work

    if not yes:
        typer.confirm(f"Leave {group}? Coming back needs an invitation", abort=True)
    run(work.leave(data, session, group))
