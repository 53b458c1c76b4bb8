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
    """Encrypts under one key and opens under it and those before it.

    `about` names the place, so that two cannot be exchanged.
    """

    def __init__(self, key: bytes, *before: bytes) -> None:
        self._cipher = AESGCM(key)
        self._before = [AESGCM(one) for one in before]

    def close(self, plain: bytes, about: str) -> bytes:
        """The bytes, encrypted for this place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was closed for this place. Raises SealBroken."""
        head = len(_VERSION) + _NONCE_BYTES
        if sealed[: len(_VERSION)] != _VERSION or len(sealed) < head:
            raise SealBroken
        for cipher in (self._cipher, *self._before):
            try:
                return cipher.decrypt(sealed[len(_VERSION) : head], sealed[head:], about.encode())
            except InvalidTag:
                continue
        raise SealBroken
