"""Quiet hours: when a channel is not to wake anybody, and until when. Pure."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.model.errors import RequestInvalid

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every day from `begin` to `end` by the clocks of `zone`; over midnight where the end comes first."""

    begin: str  #: HH:MM
    end: str
    zone: str = "UTC"
    #: What does not work until somebody acts is told at once all the same.
    critical_at_once: bool = True

    def __post_init__(self) -> None:
        """Raises RequestInvalid for what is no time and no zone."""
        for name, value in (("from", self.begin), ("to", self.end)):
            if not _TIME.fullmatch(value):
                raise RequestInvalid(f"Quiet hours: `{name}` is not a time like 22:00")
        if self.begin == self.end:
            raise RequestInvalid("Quiet hours begin and end at the same time")
        zone_of(self.zone)

    def end_ms(self, now_ms: int) -> int | None:
        """When they end, if it is quiet now; None when it is not."""
        here = datetime.fromtimestamp(now_ms / 1000, zone_of(self.zone))
        begin, end = time.fromisoformat(self.begin), time.fromisoformat(self.end)
        at = here.time().replace(fold=0)
        over_midnight = end < begin
        quiet = (at >= begin or at < end) if over_midnight else begin <= at < end
        if not quiet:
            return None
        day = here.date() + timedelta(days=1 if over_midnight and at >= begin else 0)
        ends = datetime.combine(day, end, here.tzinfo)
        # An hour that a change of the clocks repeats or skips still leads forward.
        return max(now_ms + 1, round(ends.astimezone(UTC).timestamp() * 1000))

    def write(self) -> str:
        """As the database holds them."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str) -> "QuietHours":
        """From the database."""
        return cls(**json.loads(text))


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. Raises RequestInvalid."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise RequestInvalid(
            f"There is no time zone {name!r}", next_step="Name one like Europe/Berlin."
        ) from None
