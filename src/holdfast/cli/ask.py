"""A question on the terminal, while something else may end the wait."""

import asyncio
import sys
from typing import Final

_YES: Final = frozenset({"y", "yes"})


async def line() -> str | None:
    """The next line that somebody types, None at the end of the input. Can be cancelled."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        loop.remove_reader(sys.stdin)
        if not typed.done():
            typed.set_result(sys.stdin.readline())

    try:
        loop.add_reader(sys.stdin, read)
    except (OSError, ValueError):  # a file, which is always ready, or no input at all
        return _plain()
    try:
        return (await typed) or None
    finally:
        loop.remove_reader(sys.stdin)


def means_yes(answer: str | None) -> bool:
    """True for an explicit yes only."""
    return answer is not None and answer.strip().lower() in _YES


def _plain() -> str | None:
    try:
        return sys.stdin.readline() or None
    except (OSError, ValueError):
        return None
