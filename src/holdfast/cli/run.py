"""From a coroutine to an exit code: every expected failure becomes one line."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from holdfast.cli.screen import Exit, fail


def run(work: Coroutine[Any, Any, int | None], *, fast: bool = False) -> None:
    """Run a command's work; leaves by `sys.exit` unless it returned 0 or None.

    `fast` takes the quicker event loop, for commands that carry many messages.
    """
    # Here, not above: `holdfast --help` must not pay for them.
    from holdfast.binaries import BinaryMissing
    from holdfast.bots import BotFileError
    from holdfast.client import AccessError, GatewayUnreachable, HoldfastError
    from holdfast.keeper import ProgramRefused
    from holdfast.lab import SimulatorError, StackError

    code: int | None = None
    try:
        code = _loop(fast)(work)
    except GatewayUnreachable as failure:
        fail(str(failure), Exit.UNREACHABLE)
    except AccessError as failure:
        fail(str(failure), Exit.WRONG_KEY)
    except BinaryMissing as failure:
        fail(str(failure), Exit.PROGRAM_MISSING)
    except ProgramRefused as failure:
        raise SystemExit(_refusal(failure)) from None
    except (HoldfastError, SimulatorError, StackError, BotFileError) as failure:
        fail(str(failure), Exit.FAILED)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    if code:
        raise SystemExit(code)


def _loop(fast: bool) -> Any:
    if not fast:
        return asyncio.run
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.run
    return uvloop.run


def _refusal(failure: Any) -> int:
    from holdfast.cli.screen import complain

    complain(str(failure))
    return int(failure.code)


def client(data: Path | None) -> Any:
    """A client of the gateway that the data folder names."""
    from holdfast.client import Client

    return Client(data=data)
