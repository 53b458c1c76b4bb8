"""How long a name waits after wrong passwords. Pure."""

from typing import Final

#: So many wrong ones in a row cost nothing: people mistype.
FREE: Final = 4
_FIRST_MS: Final = 15_000
_LONGEST_MS: Final = 15 * 60_000


def wait_ms(failures: int) -> int:
    """How long nothing is tried for a name after so many wrong passwords in a row: 15 minutes at most."""
    if failures <= FREE:
        return 0
    return min(_LONGEST_MS, _FIRST_MS << min(failures - FREE - 1, 16))


def left_ms(wait_until_ms: int | None, now_ms: int) -> int:
    """How much of a wait is left. One that would end later than any can was begun by a clock that was set: it
    is over.
    """
    left = (wait_until_ms or 0) - now_ms
    return left if 0 < left <= _LONGEST_MS else 0
