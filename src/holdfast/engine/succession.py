"""When a running engine of an older version may give way to the one that is shipped. Pure."""

from typing import Final

from holdfast.engine.facts import Levels
from holdfast.model.states import LinkLevel

#: Looks in a row at which nothing was under way; the link looks once a second.
QUIET_LOOKS: Final = 5


class Quiet:
    """Watches for a moment at which an engine's end costs nobody anything but a new login.

    Not while somebody pairs or dials, a delivery waits for its confirmation or a command for its result.
    """

    def __init__(self) -> None:
        self._looks = 0

    def look(self, levels: Levels | None, commands: int) -> bool:
        """True when it has been quiet for QUIET_LOOKS looks in a row."""
        self._looks = self._looks + 1 if self._nothing_under_way(levels, commands) else 0
        return self._looks >= QUIET_LOOKS

    @staticmethod
    def _nothing_under_way(levels: Levels | None, commands: int) -> bool:
        busy = (LinkLevel.PAIRING, LinkLevel.DIALING)
        return (
            levels is not None
            and not commands
            and not any(held.waiting or held.level in busy for held in levels.sessions)
        )
