"""Who is logged in, and what is followed for them."""

import asyncio
import time
from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection

from holdfast.client import Client, HoldfastError, IssuedKey, Me, Unauthorized, User
from holdfast.dashboard.logins import COOKIE, Login, Logins
from holdfast.dashboard.options import Options
from holdfast.dashboard.reading import Chosen
from holdfast.dashboard.watch import Watch
from holdfast.kit import logging

log = logging.get("dashboard")

_MOUNTED_S: Final = 15.0


class Entrance:
    """Every browser that is logged in, with the SDK under its own key."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.logins = Logins(options.logins)
        self.languages = Chosen(options.languages)
        self._clients: dict[str, Client] = {}
        self._watches: dict[str, Watch] = {}
        #: What a login may do never changes while it lasts.
        self._known: dict[str, Me] = {}
        #: Which applications run, and until when that is believed.
        self._mounted: tuple[float, tuple[str, ...]] = (0.0, ())
        self._endings: set[asyncio.Task[None]] = set()

    def login(self, request: HTTPConnection) -> Login | None:
        """The login of this browser."""
        return self.logins.find(request.cookies.get(COOKIE))

    def stranger(self, request: HTTPConnection) -> Client:
        """The SDK for a browser that is not logged in: for calls that need no key."""
        return self._sdk("none", address(request))

    def client(self, login: Login, request: HTTPConnection) -> Client:
        """The SDK under this browser's key; its tabs share it."""
        if login.id not in self._clients:
            self._clients[login.id] = self._sdk(login.key, address(request))
        return self._clients[login.id]

    async def me(self, login: Login, client: Client) -> Me:
        """Who a login is. Raises what the gateway refuses."""
        if login.id not in self._known:
            self._known[login.id] = await client.access.me()
        return self._known[login.id]

    def user(self, login: Login) -> User | None:
        """The user of a login that was asked about before; None without one."""
        known = self._known.get(login.id)
        return known.user if known else None

    async def applications(self, client: Client) -> tuple[str, ...]:
        """What the gateway mounts; while it is away, what it mounted before. Raises Unauthorized."""
        until, known = self._mounted
        if time.monotonic() < until:
            return known
        try:
            known = (await client.system()).applications
        except Unauthorized:
            raise
        except HoldfastError:
            return known
        self._mounted = (time.monotonic() + _MOUNTED_S, known)
        return known

    def watch(self, login: Login) -> Watch:
        """What is read for all who see the same numbers."""
        return self._watches.setdefault(login.audience, Watch())

    def admit(self, issued: IssuedKey) -> tuple[str, datetime | None]:
        """A cookie for a login that the gateway has just made, and until when it is good."""
        cookie = self.logins.admit(issued.key, issued.tenant_id or issued.key, issued.expires_at)
        return cookie, issued.expires_at

    def sign_out(self, login: Login) -> None:
        """This browser's key is forgotten here, and revoked."""
        self.logins.drop(login.id)
        self._known.pop(login.id, None)
        client = self._clients.pop(login.id, None) or self._sdk(login.key)
        ending = asyncio.get_running_loop().create_task(_give_up(client))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)

    def _sdk(self, key: str, browser: str = "") -> Client:
        return Client(self.options.gateway, key, data=self.options.data, browser=browser)

    async def close(self) -> None:
        """Stop following, close connections."""
        for watch in self._watches.values():
            watch.stop()
        await asyncio.gather(*self._endings)
        for client in self._clients.values():
            await client.close()


def address(request: HTTPConnection) -> str:
    """Where a browser asks from."""
    return request.client.host if request.client else ""


async def _give_up(client: Client) -> None:
    """Revoke a browser's key. While no gateway answers it stays valid until it expires: the log says so."""
    try:
        await client.give_up_key()
    except HoldfastError as failure:
        log.warning("dashboard.key_not_revoked", error=type(failure).__name__)
    finally:
        await client.close()
