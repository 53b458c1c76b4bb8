"""How an archive is locked and opened, in the format of age: for recipients, or by a passphrase.

A passphrase locks an identity that is made for one archive, and that identity's recipient locks the content:
so archives of any size are streams, and `age` itself opens both.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from holdfast.model.errors import BackupLocked, RequestInvalid

#: How pyrage begins what it says of a lock that would take too long here.
_TOO_MUCH_WORK: Final = "Excessive work"
_MEASURED_AT_MOST: Final = 100
_PAUSE_S: Final = 0.02


class Source(Protocol):
    """Something that is read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Lock:
    """For whom an archive is made: exactly one of both."""

    passphrase: str = field(default="", repr=False)
    #: age or SSH public keys.
    recipients: Sequence[str] = ()

    @property
    def kind(self) -> str:
        """As the description names it."""
        return "passphrase" if self.passphrase else "recipients"


@dataclass(frozen=True, slots=True)
class Key:
    """What opens an archive: a passphrase, or the text of identity files."""

    passphrase: str = field(default="", repr=False)
    identities: Sequence[str] = field(default=(), repr=False)


def begin(lock: Lock) -> tuple[Sequence[Any], bytes]:
    """Whom the content is encrypted to, and the locked identity (empty for recipients).

    Raises RequestInvalid for what is no recipient.
    """
    import pyrage

    if lock.passphrase:
        identity = pyrage.x25519.Identity.generate()
        return [identity.to_public()], pyrage.passphrase.encrypt(str(identity).encode(), lock.passphrase)
    return [_recipient(it) for it in lock.recipients], b""


def check(lock: Lock) -> None:
    """Raises RequestInvalid for a lock that nobody could open, or that is none."""
    if bool(lock.passphrase) == bool(lock.recipients):
        raise RequestInvalid("A backup is locked by a passphrase or for recipients")
    for recipient in lock.recipients:
        _recipient(recipient)


def identities(key: Key, locked: bytes) -> Sequence[Any]:
    """What opens the content. Raises BackupLocked when the key is another one's."""
    import pyrage

    if locked:
        if not key.passphrase:
            raise BackupLocked("The archive is locked by a passphrase")
        return [pyrage.x25519.Identity.from_str(_unlocked(locked, key.passphrase).decode())]
    if not key.identities:
        raise BackupLocked("The archive is locked for recipients")
    return [_identity(line) for text in key.identities for line in _lines(text)]


def _unlocked(locked: bytes, passphrase: str) -> bytes:
    """What a passphrase has locked. Raises BackupLocked.

    The library measures this machine's speed for a moment, and refuses an archive whose lock would take more
    than sixteen times as long as one that is made here: on a busy machine it may err, so it is asked again.
    """
    import pyrage

    for more in reversed(range(_MEASURED_AT_MOST)):
        try:
            opened: bytes = pyrage.passphrase.decrypt(locked, passphrase)
        except pyrage.DecryptError as exc:
            if not str(exc).startswith(_TOO_MUCH_WORK):
                raise BackupLocked("The passphrase does not open this archive") from exc
            if not more:
                raise BackupLocked(
                    "This machine is too slow, or too busy, to try the passphrase: the archive comes from one"
                    " that is much faster",
                    next_step="Try again when nothing else runs here, or on a faster machine.",
                ) from exc
            time.sleep(_PAUSE_S)
        else:
            return opened
    raise AssertionError  # the last round returns or raises


def _lines(text: str) -> Sequence[str]:
    if "OPENSSH PRIVATE KEY" in text:
        return [text]
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _recipient(text: str) -> Any:
    import pyrage

    try:
        return (pyrage.ssh if text.startswith("ssh-") else pyrage.x25519).Recipient.from_str(text)
    except pyrage.RecipientError as exc:
        raise RequestInvalid(
            "This is no age or SSH public key", next_step="It begins with age1 or ssh-."
        ) from exc


def _identity(text: str) -> Any:
    import pyrage

    try:
        if text.startswith("AGE-SECRET-KEY-"):
            return pyrage.x25519.Identity.from_str(text)
        return pyrage.ssh.Identity.from_buffer(text.encode())
    except pyrage.IdentityError as exc:
        raise BackupLocked("The identity file holds no key of age or SSH") from exc
