"""Which language a browser reads: what it has chosen, else what it says that it likes."""

import contextlib
import json
from pathlib import Path
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.dashboard.language import LANGUAGES, Language, preferred, speaking
from holdfast.kit.files import write_atomically

COOKIE: Final = "holdfast_language"
_YEAR_S: Final = 31_536_000


class InTheReadersLanguage:
    """Whatever is done for a request or a socket speaks the language of the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        with speaking(language_of(HTTPConnection(scope))):
            await self._app(scope, receive, send)


def language_of(request: HTTPConnection) -> Language:
    """The language in which this browser is answered."""
    chosen = LANGUAGES.get(request.cookies.get(COOKIE, ""))
    return chosen or preferred(request.headers.get("accept-language", ""))


def remember(response: Response, request: HTTPConnection, language: Language) -> None:
    """This browser is answered in this language from now on, also before it logs in."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, language.code, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)


class Chosen:
    """The language that each user has chosen, by the user's id: it holds in the user's other browsers too."""

    def __init__(self, path: Path) -> None:
        self._path, self._codes = path, _read(path)

    def of(self, user_id: str) -> Language | None:
        """What this user has chosen; None: nothing, or a language that there is no longer."""
        return LANGUAGES.get(self._codes.get(user_id, ""))

    def choose(self, user_id: str, language: Language) -> None:
        """From now on this user reads this language."""
        self._codes[user_id] = language.code
        # Without the file the choice ends with this process: no reason to refuse it.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(self._codes).encode())


def _read(path: Path) -> dict[str, str]:
    try:
        read = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {str(user): str(code) for user, code in read.items()} if isinstance(read, dict) else {}
