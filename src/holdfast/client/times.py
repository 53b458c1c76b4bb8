"""Times of the API as Python has them: aware, in UTC. Pure."""

from datetime import UTC, datetime
from typing import Any


def moment(value: Any) -> datetime | None:
    """An aware UTC time from ISO 8601, None from nothing."""
    if not value:
        return None
    return datetime.fromisoformat(str(value).replace("Z", "+00:00")).astimezone(UTC)


def moment_of(at_ms: int | None) -> datetime | None:
    """An aware UTC time from milliseconds, None from nothing."""
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
