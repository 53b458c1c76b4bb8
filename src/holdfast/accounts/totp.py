"""One-time codes of an authenticator app. Pure. Source: RFC 4226, RFC 6238."""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import quote

_STEP_S: Final = 30
_DIGITS: Final = 6
#: A phone's clock may be a step off, either way.
_DRIFT: Final = 1


def step_of(now_ms: int) -> int:
    """The number of the half minute."""
    return now_ms // 1000 // _STEP_S


def code(secret: bytes, step: int) -> str:
    """The six digits of a half minute."""
    # Authenticator apps know SHA-1 alone; HMAC does not need it to be free of collisions.
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def accepted_step(secret: bytes, shown: str, now_ms: int, last_step: int) -> int | None:
    """The half minute that this code is of; None when it is wrong, or not newer than `last_step`."""
    digits = "".join(shown.split())
    now = step_of(now_ms)
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if step > last_step and hmac.compare_digest(code(secret, step).encode(), digits.encode()):
            return step
    return None


def uri(secret: bytes, name: str) -> str:
    """What an authenticator app reads from a QR code."""
    label = quote(f"Holdfast:{name}", safe="")
    return f"otpauth://totp/{label}?secret={readable(secret)}&issuer=Holdfast"


def readable(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")
