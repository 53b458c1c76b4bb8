"""The commands that act on one session. Each imports its work when it is called."""

from typing import Annotated

import typer

from holdfast.cli.options import Data, SessionName
from holdfast.cli.run import run

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def connect(session: SessionName, data: Data = None) -> None:
    """Connect a number that was disconnected, and tell what came of it."""
    from holdfast.cli import sessions as work

    run(work.connect(data, session))


def disconnect(session: SessionName, data: Data = None) -> None:
    """Disconnect a number until `connect`. It stays linked; WhatsApp keeps what comes in."""
    from holdfast.cli import sessions as work

    run(work.disconnect(data, session))


def rename(
    session: SessionName,
    name: Annotated[str, typer.Argument(help="Its name from now on.", show_default=False)],
    data: Data = None,
) -> None:
    """Give a session another name. Its id, its number and its messages stay."""
    from holdfast.cli import sessions as work

    run(work.rename(data, session, name))


def logout(session: SessionName, yes: Yes = False, data: Data = None) -> None:
    """Unlink a number from its phone. The session stays; only a new QR code links it again."""
    from holdfast.cli import sessions as work

    run(work.logout(data, session, yes=yes))


def delete(session: SessionName, yes: Yes = False, data: Data = None) -> None:
    """Unlink a number and remove its session. Its messages and events stay."""
    from holdfast.cli import sessions as work

    run(work.delete(data, session, yes=yes))
