"""How many connections may begin per second, over all sessions, so that a restart is no stampede. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Governor:
    """A bucket of permits that refills. Restores a thousand sessions without waiting, then 300 a second."""

    capacity: float = 1000.0
    refill_per_s: float = 300.0
    _permits: float = 1000.0
    _at_s: float = 0.0

    def __post_init__(self) -> None:
        self._permits = self.capacity

    def take(self, now_s: float) -> float:
        """Take one permit; the seconds to wait before using it, 0 when there was one left."""
        gained = max(0.0, now_s - self._at_s) * self.refill_per_s
        self._permits = min(self.capacity, self._permits + gained) - 1
        self._at_s = max(self._at_s, now_s)
        return max(0.0, -self._permits / self.refill_per_s)
