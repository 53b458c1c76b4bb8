"""The master key: made once, read by the gateway alone, wraps the key of every session's file.

It lies in the user's configuration folder, so that a copied data folder stays closed.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.kit.files import locked, write_atomically
from holdfast.model.errors import HoldfastError, SettingsError
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.vault.sealing import Seal

_PREFIX: Final = "holdfast-master-key-1:"
_MAGIC: Final = b"HFK1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 8


class WrongMasterKey(HoldfastError):
    """This master key does not open that session key."""

    code = "wrong_key"
    session_reason = Reason.WRONG_KEY


class KeyFileDamaged(HoldfastError):
    """session.key does not hold a wrapped key."""

    code = "key_file_damaged"
    session_reason = Reason.FILE_CORRUPT


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A session file's key, and the session it was made for."""

    session_id: SessionId
    key: bytes = field(repr=False)


class MasterKey:
    """Wraps and unwraps. Never shows itself.

    While a rotation is under way it knows the key before it too: it unwraps what either has wrapped.
    """

    def __init__(self, secret: bytes, before: "MasterKey | None" = None) -> None:
        if len(secret) != _KEY_BYTES:
            raise SettingsError(f"A master key has {_KEY_BYTES} bytes; this one has {len(secret)}")
        self._cipher = AESGCM(secret)
        self._secret, self.before = secret, before
        self._id = self._mark(b"key id")[:_ID_BYTES]

    def _mark(self, label: bytes) -> bytes:
        return hmac.new(self._secret, b"holdfast master key: " + label, hashlib.sha256).digest()

    @property
    def check_value(self) -> str:
        """Tells a wrong key from the right one without giving anything away. May be stored anywhere."""
        return self._mark(b"check value").hex()

    @property
    def file_content(self) -> bytes:
        """What its file holds, the key before it included. For that file, and for encrypted archives."""
        own = (_PREFIX + base64.b64encode(self._secret).decode() + "\n").encode()
        return own if self.before is None else own + self.before.file_content

    @property
    def alone(self) -> "MasterKey":
        """This key without the one before it."""
        return MasterKey(self._secret)

    def followed_by_a_new_one(self) -> "MasterKey":
        """A fresh key that still opens what this one has wrapped."""
        return MasterKey(secrets.token_bytes(_KEY_BYTES), self)

    def knows(self, check_value: str) -> bool:
        """True for the check value of this key, and of the one before it."""
        return check_value == self.check_value or (self.before is not None and self.before.knows(check_value))

    def has_wrapped(self, wrapped: bytes) -> bool:
        """True for what this very key has wrapped, as far as its head tells."""
        return hmac.compare_digest(wrapped[4:12], self._id)

    @property
    def recovery_bytes(self) -> bytes:
        """The key itself, for the sheet that its owner keeps."""
        return self._secret

    def seal_for(self, purpose: str) -> Seal:
        """Encrypts small secrets of one purpose, under a key that is derived from this one."""
        label = b"derived key: " + purpose.encode()
        before = () if self.before is None else (self.before._mark(label),)
        return Seal(self._mark(label), *before)

    def wrap(self, session_key: SessionKey) -> bytes:
        """The content of session.key:

        version, key id and session id in the clear but authenticated, then the key.
        """
        name = session_key.session_id.encode()
        head = _MAGIC + self._id + bytes([len(name)]) + name
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + self._cipher.encrypt(nonce, session_key.key, head)

    def unwrap(self, wrapped: bytes) -> SessionKey:
        """The key inside.

        Raises KeyFileDamaged for what is no wrapped key, WrongMasterKey for another master's.
        """
        if len(wrapped) < 13 or wrapped[:4] != _MAGIC:
            raise KeyFileDamaged()
        end = 13 + wrapped[12]
        head, nonce, sealed = wrapped[:end], wrapped[end : end + _NONCE_BYTES], wrapped[end + _NONCE_BYTES :]
        if len(sealed) != _KEY_BYTES + 16:
            raise KeyFileDamaged()
        if not self.has_wrapped(wrapped):
            if self.before is not None:
                return self.before.unwrap(wrapped)
            raise WrongMasterKey()
        try:
            key = self._cipher.decrypt(nonce, sealed, head)
        except InvalidTag as exc:
            raise KeyFileDamaged("session.key has been changed") from exc
        return SessionKey(SessionId(wrapped[13:end].decode(errors="replace")), key)


def new_session_key(session_id: SessionId) -> SessionKey:
    """A fresh random key for one session's file."""
    return SessionKey(session_id, secrets.token_bytes(_KEY_BYTES))


class MasterKeyMissing(SettingsError):
    """The master key is not there, and this data folder was made with one."""

    code = "master_key_missing"


_COMMAND_WITHIN_S: Final = 30.0


def from_command(command: str) -> MasterKey:
    """The master key that a command prints, as its file would hold it. What it prints is shown nowhere.

    Raises SettingsError when it fails, takes too long or prints no master key.
    """
    named = f"The command {shlex.split(command)[0] if command.split() else command!r}"
    try:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_COMMAND_WITHIN_S,
            check=True,
        )
        return parse(done.stdout.decode(), named)
    except subprocess.CalledProcessError as exc:
        why = f"it ended with exit code {exc.returncode}"
    except subprocess.TimeoutExpired:
        why = f"it took longer than {_COMMAND_WITHIN_S:.0f} s"
    except (OSError, ValueError) as exc:
        why = exc.strerror or "" if isinstance(exc, OSError) else "it printed something else"
    raise SettingsError(
        f"{named} of HOLDFAST_MASTER_KEY_COMMAND gives no master key: {why}",
        next_step="Run it by hand as this user, and correct it.",
    ) from None


def load_or_create(path: Path, *, may_create: bool = True) -> MasterKey:
    """The master key of this installation; the first start makes it, readable by its owner alone.

    Raises SettingsError when the file cannot be read or written, or holds no master key; MasterKeyMissing
    when there is none and none may be made, because another key has wrapped what lies here.
    """
    try:
        text = path.read_text()
    except FileNotFoundError as exc:
        if not may_create:
            raise MasterKeyMissing(
                f"The master key {path} is missing; this data folder was made with one"
            ) from exc
        return _create(path)
    except (OSError, UnicodeDecodeError) as exc:
        raise _unusable(path, exc) from exc
    return parse(text, str(path))


def parse(text: str, named: str) -> MasterKey:
    """The master key in what its file holds: the key, and while it is rotated the one before it below.

    Raises SettingsError, which calls the file by `named`.
    """
    found: MasterKey | None = None
    try:
        for line in reversed(text.split()):
            if not line.startswith(_PREFIX):
                raise ValueError
            found = MasterKey(base64.b64decode(line.removeprefix(_PREFIX), validate=True), found)
        if found is None:
            raise ValueError
        return found
    except (ValueError, binascii.Error, SettingsError) as exc:
        raise SettingsError(
            f"{named} does not hold a master key",
            next_step="Put the right file back. Without it the linked sessions cannot be opened.",
        ) from exc


def _create(path: Path) -> MasterKey:
    made = MasterKey(secrets.token_bytes(_KEY_BYTES))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A second first start at the same moment must not replace the key of the first. The lock is on the
        # folder: it leaves nothing behind, and a killed start lets go of it.
        with locked(path.parent):
            if path.exists():
                return load_or_create(path)
            write_atomically(path, made.file_content)
    except OSError as exc:
        raise _unusable(path, exc) from exc
    return made


def _unusable(path: Path, exc: Exception) -> SettingsError:
    reason = exc.strerror if isinstance(exc, OSError) else "not a text file"
    return SettingsError(
        f"The master key {path} cannot be used: {reason}",
        next_step="Make it readable for this user, or set HOLDFAST_MASTER_KEY_FILE.",
    )
