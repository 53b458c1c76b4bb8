"""Browsers that are logged in: a cookie outside, a key of the gateway inside, never together.

The cookie is a random token; kept is its hash beside the key that the one-time link was exchanged for. The
file is for this user alone, so that a restart of the dashboard logs nobody out.
"""

import contextlib
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from holdfast.kit.files import write_atomically

COOKIE = "holdfast_dashboard"


@dataclass(frozen=True, slots=True)
class Login:
    """One browser. `audience` names those who see the same numbers and may share what is read for them."""

    id: str
    key: str = field(repr=False)
    audience: str
    expires_at: str | None

    def expired(self, now: datetime) -> bool:
        """True when the key is over, or says nothing readable about it."""
        if self.expires_at is None:
            return False
        try:
            return datetime.fromisoformat(self.expires_at) <= now
        except (ValueError, TypeError):
            return True


class Logins:
    """The file, read once and written at every change."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._now = path, now
        self._logins = {login.id: login for login in _read(path) if not login.expired(now())}

    def admit(self, key: str, audience: str, expires_at: datetime | None) -> str:
        """A new browser; returns its cookie."""
        cookie = secrets.token_urlsafe(32)
        expires = expires_at.isoformat() if expires_at else None
        login = Login(_id(cookie), key, audience, expires)
        self._logins[login.id] = login
        self._save()
        return cookie

    def find(self, cookie: str | None) -> Login | None:
        """The login of a cookie, while it is valid."""
        login = self._logins.get(_id(cookie)) if cookie else None
        if login is not None and login.expired(self._now()):
            self.drop(login.id)
            return None
        return login

    def holds(self, login: Login) -> bool:
        """True while this login is valid."""
        return login.id in self._logins and not login.expired(self._now())

    def drop(self, login_id: str) -> None:
        """This browser is logged out."""
        if self._logins.pop(login_id, None) is not None:
            self._save()

    def _save(self) -> None:
        # Without the file a restart asks for a new link: no reason to refuse a browser now.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps([asdict(login) for login in self._logins.values()])
            write_atomically(self._path, text.encode())


def _id(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _read(path: Path) -> list[Login]:
    try:
        return [Login(**entry) for entry in json.loads(path.read_text())]
    except (OSError, ValueError, TypeError):
        return []
