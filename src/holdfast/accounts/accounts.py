"""Keys and one-time links in the database."""

import asyncio
import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.accounts import statements
from holdfast.accounts.pages import PageTokens
from holdfast.accounts.roles import SCOPES
from holdfast.accounts.scopes import (
    BORN_WITH,
    Caller,
    KeyKind,
    Scope,
    from_text,
    to_text,
)
from holdfast.accounts.user import User
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.files import write_atomically
from holdfast.kit.ids import new_id
from holdfast.model.errors import Forbidden, StoreUnavailable, Unauthorized, UnknownKey
from holdfast.model.ids import SessionId, TenantId
from holdfast.store import Store, WriteUnit

_log = logging.get("accounts")

LINK_LIVES_MS: Final = 15 * 60 * 1000
LOGIN_LIVES_MS: Final = 30 * 24 * 3600 * 1000
#: What the database said of a key is believed this long. It bounds too how long an open stream outlives a key
#: that another process has revoked.
_REMEMBER_MS: Final = 10_000
_REMEMBER_KEYS: Final = 1024
#: When a key was used last is written down so often.
_USED_EVERY_MS: Final = 5 * 60_000


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key, readable this once."""

    key_id: str
    key: str
    expires_at_ms: int | None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be known about a key."""

    key_id: str
    name: str
    kind: KeyKind
    scopes: frozenset[Scope]
    created_at_ms: int
    expires_at_ms: int | None
    #: To some minutes; None: never.
    last_used_ms: int | None
    #: Whose login it is.
    user_id: str | None
    #: The sessions to which it is limited; None: it is for every one.
    sessions: frozenset[SessionId] | None = None


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A one-time link's token, readable this once."""

    token: str
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that was used just now: what it gives, and what its maker may do."""

    link: Caller
    maker_scopes: frozenset[Scope]


def use_link(unit: WriteUnit, digest: str, now: int) -> OpenedLink | None:
    """Use up a link, and every other one of the same maker. None: unknown, used or too old."""
    found = unit.first(statements.OPEN_LINK, hash=digest, now=now)
    if found is None:
        return None
    tenant_id, key_id, scopes, expires_at_ms, maker_scopes = found
    unit.run(statements.USE_LINKS, key_id=key_id, now=now)
    link = Caller(key_id, TenantId(tenant_id), from_text(scopes), expires_at_ms)
    return OpenedLink(link, from_text(maker_scopes))


def link_refused() -> Unauthorized:
    """What is said of a link that opens nothing."""
    return Unauthorized(
        "This link was used already or is too old",
        next_step="Make a new one with `holdfast dashboard-link`.",
    )


def hash_of(secret: str) -> str:
    """What is kept of a secret that this room has made."""
    # Plain SHA-256 is right here: the secrets are 256 random bits, there is nothing to guess slowly.
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """Hands out access and recognises it again."""

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, Caller]] = OrderedDict()
        self._revoked = asyncio.Event()
        #: What lets a page show one session.
        self.pages = PageTokens(clock)

    async def ensure_local(self, tenant_id: TenantId, path: Path) -> None:
        """See that the machine-local credential lies at `path` (0600) and is valid; make a new one otherwise.

        A new one revokes those before it. Raises StoreUnavailable, OSError.
        """
        try:
            await self.authenticate(json.loads(_content(path))["key"])
            return
        except (OSError, ValueError, KeyError, TypeError, Unauthorized):
            pass  # absent, torn, revoked or of another data folder: all the same
        await self._store.write(
            lambda unit: unit.run(statements.REVOKE_KIND, kind=KeyKind.LOCAL.value, now=self._clock())
        )
        self._known.clear()
        self._tell_streams()
        issued = await self.create_key(tenant_id, "this machine", kind=KeyKind.LOCAL)
        content = {"key": issued.key, "key_id": issued.key_id}
        write_atomically(path, json.dumps(content).encode() + b"\n", mode=0o600)
        _log.info("accounts.local_key_made", key_id=issued.key_id)

    async def authenticate(self, key: str) -> Caller:
        """Who shows this key. Raises Unauthorized: unknown, revoked or expired; StoreUnavailable."""
        now, digest = self._clock(), hash_of(key)
        remembered = self._known.get(digest)
        if remembered is not None and now < remembered[0]:
            return remembered[1]
        revoked = self._revoked
        row = await self._store.read(lambda unit: unit.first(statements.KEY_BY_HASH, hash=digest))
        if row is None:
            raise Unauthorized
        key_id, tenant_id, scopes, expires_at_ms, revoked_at_ms, name, kind, user_id, last_used_ms, limit = (
            row
        )
        if revoked_at_ms is not None:
            raise Unauthorized
        if expires_at_ms is not None and expires_at_ms <= now:
            raise Unauthorized("The key has expired")
        caller = Caller(
            key_id,
            tenant_id,
            from_text(scopes),
            expires_at_ms,
            str(name),
            KeyKind(kind),
            user_id,
            _sessions(limit),
        )
        # What was revoked while it was being read must not be believed for the next seconds.
        if revoked is self._revoked:
            self._known[digest] = (caller.until_ms(now + _REMEMBER_MS), caller)
        if len(self._known) > _REMEMBER_KEYS:
            self._known.popitem(last=False)
        if last_used_ms is None or now - last_used_ms >= _USED_EVERY_MS:
            await self._note_use(key_id, now)
        return caller

    async def _note_use(self, key_id: str, now: int) -> None:
        with suppress(StoreUnavailable):  # a database that only reads still says who somebody is
            await self._store.write(lambda unit: unit.run(statements.USED, id=key_id, now=now))

    async def ended(self, key: str) -> Unauthorized:
        """Why this key opens nothing any more; returns as soon as that is so, for streams that stay open.

        A key that is revoked here ends at once, one that expires at its time. While the database cannot be
        read, nobody is sent away.
        """
        while True:
            revoked, until_ms = self._revoked, self._clock() + _REMEMBER_MS
            try:
                until_ms = (await self.authenticate(key)).until_ms(until_ms)
            except Unauthorized as refusal:
                return refusal
            except StoreUnavailable:
                pass  # not known: asked again below
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, (until_ms - self._clock()) / 1000)):
                    await revoked.wait()

    async def create_key(
        self,
        tenant_id: TenantId,
        name: str,
        *,
        kind: KeyKind = KeyKind.KEY,
        scopes: frozenset[Scope] | None = None,
        lives_ms: int | None = None,
    ) -> IssuedKey:
        """A new key; its secret is in the answer and nowhere else. Raises StoreUnavailable."""
        granted = BORN_WITH[kind] if scopes is None else scopes
        return await self._add_key(self._key(name, kind, granted, tenant_id, self._ends_ms(lives_ms)))

    async def _add_key(self, made: tuple[IssuedKey, dict[str, object]]) -> IssuedKey:
        issued, row = made
        await self._store.write(lambda unit: unit.run(statements.ADD_KEY, **row))
        return issued

    def _ends_ms(self, lives_ms: int | None) -> int | None:
        return None if lives_ms is None else self._clock() + lives_ms

    async def keys(self, tenant_id: TenantId) -> list[KeyInfo]:
        """Every key of the tenant that was not revoked, oldest first. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.KEYS, tenant_id=tenant_id))
        return [
            KeyInfo(
                *(key_id, name, KeyKind(kind), from_text(scopes), created_at_ms, expires_at_ms),
                *(used, user_id, _sessions(limit)),
            )
            for key_id, name, kind, scopes, created_at_ms, expires_at_ms, used, user_id, limit in rows
        ]

    async def revoke(self, tenant_id: TenantId, key_id: str) -> None:
        """End a key, at once for new requests. Repeating it changes nothing.

        Raises UnknownKey when the tenant has no such key, StoreUnavailable.
        """
        values = {"id": key_id, "tenant_id": tenant_id, "now": self._clock()}
        if not await self._store.write(lambda unit: unit.run(statements.REVOKE, **values)):
            raise UnknownKey
        _log.info("accounts.key_revoked", key_id=key_id)
        self._forget(lambda caller: caller.key_id == key_id)

    def user_ended(self, user_id: str) -> None:
        """Every login of a user was ended in the database: believe none of them, and end their streams."""
        self._forget(lambda caller: caller.user_id == user_id)

    def _forget(self, concerned: Callable[[Caller], bool]) -> None:
        for digest in [digest for digest, (_, caller) in self._known.items() if concerned(caller)]:
            del self._known[digest]
        self.pages.end(lambda guest: concerned(guest.maker))
        self._tell_streams()

    def log_in(self, unit: WriteUnit, user: User, lives_ms: int) -> IssuedKey:
        """A browser's key for a user, as part of a unit of work."""
        ends_ms = self._ends_ms(lives_ms)
        issued, row = self._key(user.name, KeyKind.DASHBOARD, SCOPES[user.role], user.tenant_id, ends_ms)
        unit.run(statements.ADD_KEY, **row | {"user_id": user.user_id})
        return issued

    async def hand_out_key(
        self,
        maker: Caller,
        name: str,
        scopes: frozenset[Scope],
        lives_ms: int | None,
        sessions: frozenset[SessionId] | None = None,
    ) -> IssuedKey:
        """A key that another key makes: it may do no more than its maker, and lives no longer.

        With `sessions` it is good for those alone. Raises Forbidden when `scopes` go beyond the maker's,
        StoreUnavailable.
        """
        beyond = sorted(scopes - maker.scopes)
        if beyond:
            raise Forbidden(f"This key lacks the scope `{beyond[0].value}` and cannot hand it out")
        ends_ms = maker.end_of(self._ends_ms(lives_ms))
        issued, row = self._key(name, KeyKind.KEY, scopes, maker.tenant_id, ends_ms)
        limit = None if sessions is None else json.dumps(sorted(sessions))
        return await self._add_key((issued, row | {"sessions_json": limit}))

    async def create_link(self, maker: Caller) -> IssuedLink:
        """A link that logs one browser in, once, within 15 minutes, with no more rights than its maker has.

        Raises Forbidden when the maker may not read, for a page could show nothing; StoreUnavailable.
        """
        if not maker.may(Scope.READ):
            raise Forbidden(f"This key lacks the scope `{Scope.READ.value}`: a page could show nothing")
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "hash": hash_of(token),
            "tenant_id": maker.tenant_id,
            "key_id": maker.key_id,
            "scopes": to_text(BORN_WITH[KeyKind.DASHBOARD] & maker.scopes),
            "created_at_ms": now,
            "expires_at_ms": maker.until_ms(now + LINK_LIVES_MS),
        }
        await self._store.write(lambda unit: unit.run(statements.ADD_LINK, **row))
        return IssuedLink(token, maker.until_ms(now + LINK_LIVES_MS))

    async def exchange(self, token: str) -> IssuedKey:
        """Turn a link's token into a browser's key. Works once, also when two come at the same moment.

        It uses up every other link of the same maker too: a forgotten one lets nobody in. Raises
        Unauthorized: unknown, used or too old, or its maker's key has ended; StoreUnavailable.
        """
        now, digest = self._clock(), hash_of(token)

        def take(unit: WriteUnit) -> IssuedKey | None:
            opened = use_link(unit, digest, now)
            if opened is None:
                return None
            maker = opened.link
            ends_ms = maker.end_of(now + LOGIN_LIVES_MS)
            issued, row = self._key("page", KeyKind.DASHBOARD, maker.scopes, maker.tenant_id, ends_ms)
            unit.run(statements.ADD_KEY, **row)
            return issued

        issued = await self._store.write(take)
        if issued is None:
            raise link_refused()
        return issued

    def _tell_streams(self) -> None:
        self._revoked.set()
        self._revoked = asyncio.Event()

    def _key(
        self, name: str, kind: KeyKind, scopes: frozenset[Scope], tenant_id: TenantId, ends_ms: int | None
    ) -> tuple[IssuedKey, dict[str, object]]:
        now, key_id = self._clock(), new_id("key")
        key = f"hf_{kind.value}_{secrets.token_urlsafe(32)}"
        row: dict[str, object] = {
            "id": key_id,
            "tenant_id": tenant_id,
            "name": name,
            "hash": hash_of(key),
            "scopes": to_text(scopes),
            "kind": kind.value,
            "created_at_ms": now,
            "expires_at_ms": ends_ms,
            "user_id": None,
            "sessions_json": None,
        }
        return IssuedKey(key_id, key, ends_ms), row


def _sessions(limit: str | None) -> frozenset[SessionId] | None:
    return None if limit is None else frozenset(SessionId(it) for it in json.loads(limit))


def _content(path: Path) -> bytes:
    return path.read_bytes()  # a few bytes, once, at start
