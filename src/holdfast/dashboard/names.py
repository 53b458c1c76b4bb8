"""Names that the page offers and takes for numbers. Pure."""

import re

from holdfast.dashboard.board import Board


def suggested_name(sessions: Board) -> str:
    """A name that is free: `number-1`, `number-2`, …"""
    taken = {session.name for session in sessions.sessions.values()}
    return next(name for n in range(1, len(taken) + 2) if (name := f"number-{n}") not in taken)


def looks_like_id(name: str) -> bool:
    """True for names that could be mistaken for a number."""
    return re.fullmatch(r"\+?[0-9 ]+", name) is not None
