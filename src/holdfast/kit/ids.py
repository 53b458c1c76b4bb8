"""Ids: sortable by the time they were made, unguessable, with a prefix that tells what they name."""

import threading
import time

from holdfast.kit.entropy import random_bytes

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case: sorts as the number does
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_RANDOM_BYTES = 10
_RANDOM_BITS = 8 * _RANDOM_BYTES
_lock = threading.Lock()
_last = [0]


def new_id(prefix: str) -> str:
    """`evt_01k6…`: 48 bits of milliseconds, then 80 random bits. Strictly rising within one process."""
    value = (time.time_ns() // 1_000_000) << _RANDOM_BITS | int.from_bytes(random_bytes(_RANDOM_BYTES))
    with _lock:
        if value <= _last[0]:
            value = _last[0] + 1 + int.from_bytes(random_bytes(4))
        _last[0] = value
    return f"{prefix}_{_base32(value)}"


def made_at_ms(body: str) -> int | None:
    """When an id was made, from what comes after its prefix. None for what is no id."""
    if len(body) != 26 or any(character not in _ALPHABET for character in body):
        return None
    value = 0
    for character in body:
        value = value << 5 | _ALPHABET.index(character)
    return value >> _RANDOM_BITS


def new_message_id() -> str:
    """A message id as WhatsApp's web clients make them: `3EB0` and 18 upper-case hex digits.

    Source: shape of whatsmeow's GenerateMessageID, 35ae40906e74; the digits are random here.
    """
    return "3EB0" + random_bytes(9).hex().upper()


def _base32(value: int) -> str:
    pairs = []
    for _ in range(13):
        pairs.append(_PAIRS[value & 1023])
        value >>= 10
    return "".join(reversed(pairs))
