"""Small secrets at rest: passwords and tokens that stand in the database, encrypted."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.model.errors import HoldfastError

_NONCE_BYTES: Final = 12
_VERSION: Final = b"\1"


class SealBroken(HoldfastError):
    """What was sealed does not open: another key, another place, or changed bytes."""

    code = "seal_broken"


class Seal:
    """Encrypts and opens under one key. `about` names the place, so that two cannot be exchanged."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, plain: bytes, about: str) -> bytes:
        """The bytes, encrypted for this place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was closed for this place. Raises SealBroken."""
        head = len(_VERSION) + _NONCE_BYTES
        if sealed[: len(_VERSION)] != _VERSION or len(sealed) < head:
            raise SealBroken
        try:
            return self._cipher.decrypt(sealed[len(_VERSION) : head], sealed[head:], about.encode())
        except InvalidTag:
            raise SealBroken from None
