"""From the words that were typed to a command; what cannot be meant is one line and exit code 2."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import typer


def run(app: "typer.Typer", argv: Sequence[str] | None = None) -> None:
    """Run the command that is named; leaves by `sys.exit` unless it ends well.

    Every way out is a line: wrong usage says which help to read, and of a failure that nobody expected the
    trace is shown only with HOLDFAST_TRACE=1.
    """
    from typer import Abort
    from typer.exceptions import TyperException

    try:
        code = app(argv, prog_name="holdfast", standalone_mode=False)
    except Abort:
        _leave("Nothing was changed. Next step: begin again when you are sure.", 1)
    except TyperException as wrong:
        _misused(wrong)
    except OSError as failure:
        _leave(f"{_place(failure)} Next step: see that it exists and that this user may use it.", 1)
    except Exception as bug:
        if os.environ.get("HOLDFAST_TRACE"):
            raise
        what = f"Something broke inside Holdfast ({type(bug).__name__}: {bug})."
        _leave(f"{what} Next step: repeat it with HOLDFAST_TRACE=1, and report what it prints.", 1)
    if isinstance(code, int) and code:
        raise SystemExit(code)


def _misused(wrong: Any) -> NoReturn:
    message = str(wrong.format_message()).strip()
    if not message:  # a group without a command has shown its help
        raise SystemExit(2)
    where = wrong.ctx.command_path if getattr(wrong, "ctx", None) is not None else "holdfast"
    said = " ".join(message.split())
    end = "" if said.endswith(("?", ".")) else "."
    _leave(f"{said}{end} Next step: `{where} --help` shows what fits.", 2)


def _place(failure: OSError) -> str:
    named = f"{failure.filename}: " if failure.filename else ""
    return f"{named}{failure.strerror or failure}."


def _leave(line: str, code: int) -> NoReturn:
    from holdfast.cli.screen import complain

    complain(line)
    raise SystemExit(code)
