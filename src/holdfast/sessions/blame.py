"""Finds the session that crashes the engine. Pure.

A session whose incoming data crashes the engine takes every number down, again and again. The only session
that was handled last before two crashes within ten minutes is the culprit, and stays disconnected. Where
there were several, they are suspects: each connects alone, one after the other, while the others run, and the
one with which the engine crashes again is the culprit.
"""

from collections.abc import Sequence
from typing import Final

from holdfast.model.ids import SessionId

#: Two crashes within this time are no coincidence.
_WITHIN_MS: Final = 600_000
#: A suspect that stays connected for so long is cleared.
_ALONE_FOR_MS: Final = 5_000
#: Turns begin so long after a crash: until then every suspect has asked, and the likeliest goes first.
_TURNS_BEGIN_AFTER_MS: Final = 300
_ASKED_LATELY_MS: Final = 2_000


class Blame:
    """Takes crashes and times; returns culprits, and which suspect may connect."""

    def __init__(self) -> None:
        self._deaths: list[tuple[int, Sequence[SessionId]]] = []
        self._suspects: list[SessionId] = []
        self._asked: dict[SessionId, int] = {}
        self._turns_begin_ms = 0
        self._alone: SessionId | None = None
        self._alone_since_ms = 0

    def died(self, now_ms: int, last: Sequence[SessionId]) -> SessionId | None:
        """Take in a crash; `last` are the sessions handled last, the likeliest first. Returns the culprit."""
        self._deaths = [it for it in self._deaths if now_ms - it[0] <= _WITHIN_MS] + [(now_ms, last)]
        self._turns_begin_ms = now_ms + _TURNS_BEGIN_AFTER_MS
        culprit, self._alone = self._alone, None
        if culprit is None:
            culprit = self._seen_each_time()
        if culprit is not None:
            self._suspects.clear()
            self._deaths.clear()
        elif len(self._deaths) >= 2:
            self._suspects += [session_id for session_id in last if session_id not in self._suspects]
        return culprit

    def _seen_each_time(self) -> SessionId | None:
        """Return the only session that was handled before both of the last two crashes; None if not one."""
        if len(self._deaths) < 2:
            return None
        (_, before), (_, now) = self._deaths[-2:]
        both = [session_id for session_id in dict.fromkeys(now) if session_id in before]
        return both[0] if len(both) == 1 else None

    def suspect(self, session_id: SessionId) -> None:
        """Add a suspect: a session that was a culprit before."""
        if session_id != self._alone and session_id not in self._suspects:
            self._suspects.append(session_id)

    def may_connect(self, session_id: SessionId, now_ms: int) -> bool:
        """Return True unless it is a suspect that waits for its turn. Ask again until it is."""
        if self._alone is not None and now_ms - self._alone_since_ms >= _ALONE_FOR_MS:
            self._alone = None
        if session_id not in self._suspects:
            return True
        self._asked[session_id] = now_ms
        if self._alone is None and now_ms >= self._turns_begin_ms and self._first(now_ms) == session_id:
            self._suspects.remove(session_id)
            self._alone, self._alone_since_ms = session_id, now_ms
        return self._alone == session_id

    def _first(self, now_ms: int) -> SessionId | None:
        """Return the likeliest suspect of those that want to connect."""
        for session_id in self._suspects:
            if now_ms - self._asked.get(session_id, -_ASKED_LATELY_MS) < _ASKED_LATELY_MS:
                return session_id
        return None
