"""How far the restoration is: how many of how many, and since when. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures at one moment. `seconds` is there when it is done."""

    total: int
    connected: int
    done: bool
    seconds: float | None


class Restoration:
    """Follows the sessions that want to be up after a start, of the gateway or of the engine."""

    def __init__(self) -> None:
        self._total = 0
        self._waiting: set[str] = set()
        self._connected = 0
        self._began_ms = 0
        self._ended_ms: int | None = None

    def begin(self, session_ids: Iterable[str], now_ms: int) -> None:
        """A start: these sessions are to come back. One that still runs goes on from its own beginning."""
        if not self._waiting:
            self._began_ms = now_ms
        self._waiting = set(session_ids)
        self._total, self._connected = len(self._waiting), 0
        self._ended_ms = None if self._waiting else now_ms

    def connected(self, session_id: str, now_ms: int) -> None:
        """This one is back."""
        if session_id in self._waiting:
            self._connected += 1
            self._settle(session_id, now_ms)

    def rests(self, session_id: str, now_ms: int) -> None:
        """This one will not come back by itself."""
        if session_id in self._waiting:
            self._settle(session_id, now_ms)

    def _settle(self, session_id: str, now_ms: int) -> None:
        self._waiting.discard(session_id)
        if not self._waiting:
            self._ended_ms = now_ms

    def waits_for(self, session_id: str) -> bool:
        """True while this session's restoration is not over."""
        return session_id in self._waiting

    @property
    def progress(self) -> Progress:
        """The figures now."""
        done = not self._waiting
        seconds = (self._ended_ms - self._began_ms) / 1000 if done and self._ended_ms is not None else None
        return Progress(self._total, self._connected, done, seconds)
