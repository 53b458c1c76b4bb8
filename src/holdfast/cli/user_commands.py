"""The commands of `holdfast user`, `key` and `audit`. Each imports its work when it is called."""

from enum import StrEnum
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import run

app = typer.Typer(
    help="People who log in to the dashboard: viewers see, operators work, owners give access.",
    no_args_is_help=True,
)
key_app = typer.Typer(
    help="Keys of programs for the API: each gets its own, so that each ends alone.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The user's name.", show_default=False)]
KeyRef = Annotated[
    str,
    typer.Argument(metavar="KEY", help="Id or name, as `holdfast key list` tells it.", show_default=False),
]


class _Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    OWNER = "owner"


class _Scope(StrEnum):
    READ = "read"
    SEND = "send"
    ADMIN = "admin"
    KEYS = "keys"
    METRICS = "metrics"


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """Every user: role, last login, second step."""
    from holdfast.cli import users as work

    run(work.list_(data, as_json))


@app.command()
def add(
    name: Name,
    role: Annotated[_Role, typer.Option(help="What it may do.")] = _Role.OPERATOR,
    data: Data = None,
) -> None:
    """Make a user. The password is asked for, or read from standard input."""
    from holdfast.cli import users as work

    run(work.add(data, name, role.value))


@app.command()
def role(
    name: Name,
    role: Annotated[_Role, typer.Argument(help="What it may do from now on.", show_default=False)],
    data: Data = None,
) -> None:
    """Give a user another role. Its logins end."""
    from holdfast.cli import users as work

    run(work.role(data, name, role.value))


@app.command()
def password(name: Name, data: Data = None) -> None:
    """Give a user another password, and no second step. Its logins end."""
    from holdfast.cli import users as work

    run(work.password(data, name))


@app.command()
def lock(name: Name, data: Data = None) -> None:
    """Let a user in no more. Its open pages end."""
    from holdfast.cli import users as work

    run(work.lock(data, name, locked=True))


@app.command()
def unlock(name: Name, data: Data = None) -> None:
    """Let a locked user in again."""
    from holdfast.cli import users as work

    run(work.lock(data, name, locked=False))


@app.command("sign-out")
def sign_out(name: Name, data: Data = None) -> None:
    """End every login of a user. It may log in again."""
    from holdfast.cli import users as work

    run(work.sign_out(data, name))


@app.command()
def remove(name: Name, data: Data = None) -> None:
    """Remove a user. Its open pages end; what it did stays in the audit."""
    from holdfast.cli import users as work

    run(work.remove(data, name))


@key_app.command("list")
def keys(data: Data = None, as_json: AsJson = False) -> None:
    """Every key: what it may do, until when, when it was used last."""
    from holdfast.cli import users as work

    run(work.keys(data, as_json))


@key_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What it is used for.", show_default=False)],
    scope: Annotated[list[_Scope] | None, typer.Option(help="Repeat it for several.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it holds.", show_default="forever")
    ] = None,
    session: Annotated[
        list[str] | None,
        typer.Option(help="Only for this session; repeat it for several.", show_default="every one"),
    ] = None,
    data: Data = None,
) -> None:
    """Create a key. It is shown once; without --scope it may read and send."""
    from holdfast.cli import users as work

    scopes = [it.value for it in scope or (_Scope.READ, _Scope.SEND)]
    run(work.create_key(data, name, scopes, days, session))


@key_app.command("show")
def show(key: KeyRef, data: Data = None, as_json: AsJson = False) -> None:
    """One key: what it may do, until when, when it was used last. Its secret is kept nowhere."""
    from holdfast.cli import users as work

    run(work.show_key(data, key, as_json))


@key_app.command("revoke")
def revoke(key: KeyRef, data: Data = None) -> None:
    """End a key. Its open streams and pages end too."""
    from holdfast.cli import users as work

    run(work.revoke(data, key))


def audit(
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=500, help="How many.")] = 30,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Who did what, from where, and what came of it. Newest first."""
    from holdfast.cli import users as work

    run(work.audit(data, last, as_json))
