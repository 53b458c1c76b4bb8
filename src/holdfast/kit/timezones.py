"""Names of time zones, as this machine knows them."""

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def known_time_zones() -> frozenset[str]:
    """Every name that may be written into a document. Looked up once: it reads whole folders."""
    return frozenset(available_timezones())
